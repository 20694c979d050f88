"""What is asked: read by record.py."""
for auth in [None, "", "APIToken", "APIToken a b", "APIToken wrong", "Token 0123456789abcdef0123456789abcdef01234567", "Basic x", "x",
             "apitoken  0123456789abcdef0123456789abcdef01234567 "]:
    ask("GET", "/things/", auth=auth)
    ask("POST", "/login/", {"x": 1}, auth=auth)
for method, path in [("DELETE", "/things/"), ("BREW", "/things/"), ("PUT", "/login/"), ("GET", "/things/99/"), ("GET", "/things/x/"), ("HEAD", "/things/1/"),
                     ("GET", "/things/1/"), ("GET", "/things?x=1"), ("POST", "/things"), ("GET", "/things/?format=xml"), ("GET", "/things/?format=json"),
                     ("GET", "/things/?format="), ("GET", "/things/99/?format=xml"), ("OPTIONS", "/things/"), ("OPTIONS", "/things/99/")]:
    ask(method, path)
ask("DELETE", "/things/", auth=None)
ask("GET", "/things/?format=xml", auth=None)
ask("OPTIONS", "/things/", auth=None)
for accept in ["application/xml", "text/html", "application/json;q=0.1", "*/*", "application/*", "text/*, application/json", "", "garbage", "application/json; charset=utf-8"]:
    ask("GET", "/things/1/", accept=accept)
for query in ["page=0", "page=x", "page=99", "page=last", "page=18446744073709551615", "page=99999999999999999999999", "page=", "page=1.0", "page=-1", "page=2",
              "page_size=abc", "page_size=0", "page_size=-1", "page_size=1000", "page= 2 ", "page_size=2.0", "page=1&page=2", "page=%C2%B2"]:
    ask("GET", "/things/?" + query)

values = {
    "char": ["", "  ", "a", "abcdef", "a\0b", "\0", 5, 1.5, True, None, [], {}, " ab "], "one": ["\0", " ", "x", 5], "blank": ["", "  ", None], "nul": [None, ""],
    "integer": [0, 10, "x", "1.0", "1e3", "5.0", True, 1.5, 5.0, None, "", " 5 ", [], {}, "5.", "+5", "-0", "5_0", "NaN", "1" * 1001],
    "big": [2**63, -(2**63) - 1, 10**30, 2**63 - 1, 1000.0, "1.000", "1_000", str(10**30)],
    "flt": [0, 10, "x", "1e0", True, None, "", "nan", "inf", [], "5" * 1001, " 5 "],
    "dec": ["x", "NaN", True, 1.23, None, "", "1e2", "Infinity", " 5 ", "5.10", "1" * 1001, [], 5, {}],
    "boolean": ["yes", "Y", "T", "ON", "oN", "1", "0", 1, 0, 1.0, 2, "x", None, "null", "", [], {}, "tRUE", "None", "off", "n"], "nbool": [None, "null", "", "None"],
    "dt": ["x", "2026-01-01", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00", "2026-01-01 00:00", "2026-01-01T00:00:00+01:00", "2026-01-01T00:00:00 01:00", 5, None, "",
           "2026-02-30T00:00:00Z", True, []],
    "date": ["x", "2026-01-01T00:00:00Z", "2026-02-30", 5, "", "2026-01-01"], "uuid": ["x", 5, "0189d7a5-0000-7000-8000-000000000001", "", None, [], {}],
    "email": ["x", "a@b", "a@b.c", "a@b.co", "", 5, "a b@c.de", "a@localhost", '"a"@b.de', "a@[127.0.0.1]", "a..b@c.de", "a@-b.de", True],
    "url": ["x", "http://x", "http://localhost", "http://x.de", "ftp://x.de", "http:/x.de", "", "http://x y.de", "javascript:alert(1)", "https://u:p@x.de:99/a?b#c",
            "http://[::1]/", "http://1.2.3.4", "//x.de", "HTTP://X.DE", "git://x.de", "http://x.de:999999"],
    "slug": ["a b", "a-b_1", ""], "regex": ["b", "", "aa"], "choice": ["c", "", None, [], {}, True, "a", ["a"], {"a": 1}], "bchoice": ["", "c", None],
    "nchoice": [1, "2", 3, "x", True], "mchoice": ["a", ["a", "c"], ["c", "d"], [], None, 5, ["a", "a"], [["a"]], "", [None], [5]],
    "lst": ["x", [1], [1, 2, 3, 4], [1, "x"], ["x", 2, "y"], {}, None, "", [], [None, 1], 5, [1, 2], ["x"]], "clst": [["", " "], ["a", []], [5], ["\0"], [None]],
    "dct": ["x", [], {"a": "x"}, {"a": 1}, None, 5, {}], "js": [5, "x", []], "ro": ["x"],
    "sub": [5, [], None, {}, {"x": "a", "y": "b"}, "x", "", {"x": 1, "z": 2}], "subs": [5, {}, [5], [{}], [{"x": 1}, {"x": "a"}], None, [None], [], "x"],
    "tag": [99, "x", "1", None, "", [], True, 1, 1.0, {}, -1], "tags": [[99], ["x"], 99, [1, 99, "x"], [], None, "", [1, 1], [True], [None], ["1"]],
}
for field, several in values.items():
    for value in several:
        ask("POST", "/fields/", {field: value})
ask("PATCH", "/fields/", {"sub": {"y": "x"}})
for body in ["null", "[]", "[1]", "5", '"x"', "true", "1.5", "", "{}"]:
    for path in ["/fields/", "/required/", "/many/"]:
        ask("POST", path, body)
for body in ["{", '{"char":}', '{"a":1,}', "NaN", '{"flt":NaN}', '{"flt":Infinity}', "nul", "[", '{"a":1}x', " ", "\ufeff{}", '{"char": "a\nb"}', "{'a':1}", '{"a" 1}',
             '{"a":1 "b":2}', "[1,]", '{"a":tru}', '"abc', "01", "[-]", "[1.]", "[1e5x]", '["\\x"]', '["\\u12"]', '{"a":\n\n  ü}', '["é", }']:
    ask("POST", "/fields/", body)
ask("PATCH", "/required/", {})
ask("PATCH", "/required/", {"a": "", "sub": {"y": "x"}})
for body in ["[5]", "[{}]", '[{"x":1},{}]', "[null]"]:
    ask("POST", "/many/", body)
for media in ["text/csv", "", "application/json; charset=utf-8", "APPLICATION/JSON", "application/vnd.api+json", "text/json", "garbage", "multipart/mixed; boundary=x"]:
    ask("POST", "/fields/", "{}", media)
    ask("POST", "/things/99/", "{}", media)
ask("POST", "/required/", "", "text/csv")
for body in ["char=ab&integer=5", "char=", "one=", "integer=", "integer=x", "lst=1&lst=2", "lst=1,2", "lst[0]=1&lst[1]=2", "lst=", "lst=1", "mchoice=a&mchoice=b", "mchoice=a,b",
             "mchoice=", "clst=a,b", "sub.x=1", "sub.x=a", "sub=", "subs[0]x=1", "subs[0]x=a", 'js={"a":1}', "boolean=on", "boolean=", "boolean=x", "nbool=", "dt=", "tag=1",
             "tag=", "tags=1&tags=99", "dct.a=1", "dct.a=x", "uuid=", "blank=", "flt=", "char=a%00b", "bchoice=", "choice=", "nul=", "a", "dec=", "date=", "email="]:
    ask("POST", "/fields/", body, FORM)
for body in ["a=b", "", "sub.x=1", "a=&b=", "a=x&b=1&l=x&sub.x=1&c=a"]:
    ask("POST", "/required/", body, FORM)
for parts in [part("char", "ab"), part("char", "abcdef"), part("char", "ab", "a.txt"), part("lst", "1") + part("lst", "2"), part("lst", "1,2")]:
    ask("POST", "/fields/", parts + "--BB--\r\n", MULTI)
for parts in [part("file", "", "a.txt"), part("file", "x", "a.txt"), part("file", "x"), part("note", "x"), part("file", "x", "a.txt") + part("note", " ")]:
    ask("POST", "/upload/", parts + "--BB--\r\n", MULTI)
ask("POST", "/upload/", "note=x", FORM)
ask("POST", "/upload/", "file=x", FORM)
ask("POST", "/upload/", {"file": "x"})
ask("POST", "/fields/", "x", "multipart/form-data")

dev = "dev=0189d7a5-0000-7000-8000-000000000001&"
for query in ["", "dev=x", "dev="] + [dev + q for q in [
        "groups=1,2", "groups=1&groups=2", "groups=", "texts=a,b", "texts=", "texts=a&texts=", "ch=a,b", "ch=a&ch=b", "ch=", "ch=c", "n=", "n=1&n=2", "n=x", "n=1.0",
        "n=99999999999999999999", "t=", "t=%20", "t=%00", "on=", "on=maybe", "dt=x", "dt=", "groups=x&groups=1&groups=y", "dt=2026-01-01T00:00:00+01:00",
        "dt=2026-01-01T00:00:00%2B01:00", "unknown=1"]]:
    ask("GET", "/query/?" + query)

made = {"name": "x", "vin": "NEW"}
for method, path, body in [
        ("POST", "/things/", {}), ("POST", "/things/", {**made, "tag": 99}), ("POST", "/things/", {**made, "tag": "t", "tags": [1, 99]}), ("POST", "/things/", {**made, "kind": "z"}),
        ("POST", "/things/", {**made, "number": 2**70}), ("POST", "/things/", made), ("POST", "/things/", made), ("PATCH", "/things/1/", {"vin": "NEW"}),
        ("PATCH", "/things/26/", {"vin": "NEW"}), ("PATCH", "/things/1/", {}), ("PUT", "/things/1/", {}), ("PATCH", "/things/1/", {"id": 77}), ("PATCH", "/things/1/", []),
        ("PATCH", "/things/99/", "{"), ("PATCH", "/things/99/", {"number": "x"}), ("DELETE", "/things/7/", None), ("GET", "/things/7/", None), ("DELETE", "/things/5/", "{")]:
    ask(method, path, body)
