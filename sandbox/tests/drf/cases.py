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
more = {
    "char": ["it's", "a\nb", "\u200b", "\x1c", "\u00a0", "\ud800", "ab\ud800", 1e16, 12345, 10**30, -0.0, 1e-7, "é" * 5, "😀😀", "a\tb", 123.0],
    "one": [10**30, "\x85", "\x1f"],
    "integer": [1e16, 1e400, -1, "5__0", "_5", "5_", "0x5", "5e0", "1\n", "\x1f5", [5], 5.000001, "5.00", "5.0 ", "5 .0", "--5", "+ 5", "1"*1000, False, "true", "∞", 1e15, 9e15, "5,0", 10**30],
    "big": [1e16, 1e18, 1e19, 1e300, 9e15, "9223372036854775808", "-9223372036854775809", 10**18],
    "flt": ["1_0", "infinity", "-inf", "+nan", "1e400", "0x5", "5.", ".5e1", "5__0", False, {}, 1e400, "5f", "5e", "1" * 1000, 10**30, "9.0000000001", " 5\n"],
    "dec": ["1_000", ".5", "5.", "+5", "sNaN", "-0", "0x5", "5e", 0.1, "5__0", False, "inf", "-nan", "5.1"],
    "boolean": ["TRUE", "oFF", " true ", "T ", "F", "f", "tRue", 1.5, -1, "01", "None", "nULL", "NULL", "Null", "yEs", "yES", "YES", "NO", "No", "nO", "ON", "On", "t", "y", "N", "FALSE", "False", "truE", "trUe", "fAlse", 10**30, 0.0, -0.0],
    "nbool": ["nULL", "NULL", "Null", "N", [], {}, 2, " null "],
    "dt": ["20260101T000000Z", "2026-W01-1T00:00", "2026-01-01x00:00", "2026-01-01T00", "2026-01-01T00:00:00.123456789Z", "2026-01-01T00:00:00,5Z", "2026-1-1T1:2", "2026-01-01T00:00:00+0530",
           "2026-01-01T00:00:00+05", "2026-01-01T00:00:00-00:00", "2026-01-01T23:59:60Z", "2026-01-01T24:00:00Z", "2026-01-01T24:00", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+01:00", "0000-01-01T00:00:00Z",
           "2026-01-01t00:00:00z", "2026-01-01T00:00:00z", "2026-01-01T00:00:00 Z", "2026-01-01T00:00:00 +01:00", " 2026-01-01T00:00:00Z ", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+23:59", "2026-01-01T00:00:00+25:00",
           "2026-01-01T00:00:00+01:00:30", "2026-01-01T00:00Z", "1767225600", 1767225600.5, "2026-01-01T", "2026-01-01 ", "2026-01", "2026", "2026-001", "2026-01-01T00:00:00[UTC]", "2026-01-01T00:00:00UTC", "2026-01-01T00:00:00+01:60", "-2026-01-01T00:00:00Z", "+02026-01-01T00:00:00Z", "12026-01-01T00:00:00Z",
           "2026-02-29T00:00:00Z", "2024-02-29T00:00:00Z", "2026-01-01T25:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T0000", "2026-01-01T00:0000", "20260101 000000", "20260101", "2026-W01", "2026W011", "2026-01-01T00:00:00.1Z", "2026-01-01T00:00:00.1234567890123Z", "2026-01-01T00:00:00−01:00", "2026-01-01T00:00:00+1", {}, False, "now"],
    "date": ["20260101", "2026-1-1", "2026-W01-1", "2026W011", "2026-01-1", " 2026-01-01", "2026-01-01T00:00:00", "2026-001", "0000-01-01", "9999-12-31", "01-01-2026", "2026/01/01", "2024-02-29", "2025-02-29", "2026-01", None, True, [], {}, "2026-01-01 ", "2026-13-01", "2026-W54-1", "26-01-01", "2026-1-01"],
    "uuid": ["0189d7a5000070008000000000000001", "{0189d7a5-0000-7000-8000-000000000001}", "urn:uuid:0189d7a5-0000-7000-8000-000000000001", " 0189d7a5-0000-7000-8000-000000000001", "0189D7A5-0000-7000-8000-000000000001", True, False, 1.0, -1, "0189d7a5-00007000-8000-000000000001", "0-189d7a500007000800000000000000-1", 2**64, 2**128, 2**128 - 1, "uuid:0189d7a5-0000-7000-8000-000000000001", "0189d7a5-0000-7000-8000-00000000000g", "{0189d7a5000070008000000000000001"],
    "email": ["a@b.123", "a@xn--bcher-kva.de", "a@bücher.de", "A@B.DE", "a+b@c.de", "a@b..de", "a@b.de.", " a@b.de ", "a@b.de\n", '"a b"@c.de', '"a\\"b"@c.de', "@b.de", "a@", "a@b@c.de", "a" * 65 + "@b.de", "a@" + "b" * 64 + ".de", "ä@b.de", "a@[::1]", "a@[1.2.3]", "a@b.c1", "a@b.d-", "a@b.-d", "a@1.2.3.4", "a@b_c.de", ".a@b.de", "a.@b.de", "a'b@c.de", "a@LOCALHOST", "a" * 320 + "@b.de", 'a"b@c.de', "a\0@b.de", "a,b@c.de", None, []],
    "url": ["http://x.de.", "http://x.com1", "http://u@v@x.de", "http://x.de:", "http://x.de:70000", "http://x.de:0", "http://bücher.de", "http://x_y.de", "ftps://x.de", "ws://x.de", "http://x", "http://x.de/ä?b=c d", "http://256.1.1.1", "http://01.2.3.4", "http://1.2.3", "http://[::g]/", "http://[::1", "http://-x.de", "http://x-.de", "http://x..de", "http://.x.de", "http://u:p:q@x.de", "http://u:@x.de", "http://:p@x.de", "http://@x.de", "http://x.de\\a", " http://x.de ", "http://x.de\n", "http://x.de\t/", "http://xn--bcher-kva.de", "http://x.xn--p1ai", "http://localhost:80/x", "http://LOCALHOST", "http://x.d", "http://x.de:8a", "http://x.de/" + "a" * 2100, "http://" + "a" * 64 + ".de", "http://" + "a." * 130 + "de", "http://x.d-e", "http://x.-de", "http://0.0.0.0", "http://127.0.0.1:8000/x", "http://[::ffff:1.2.3.4]/", "http://x.de#a", "http://x.de?a", "http://x.123", "mailto:a@b.de", "://x.de", "http:///x", "http://x.de:٣", None, 5, "http://x.de/\0", "http+x://x.de"],
    "slug": ["é", "a.b", "-", "_", " a ", 5, "a\n", None, True],
    "regex": [" aa ", "aa\n", "aab", 5, None, True, "AA"],
    "choice": ["A", " a", 0, 1.5, False, ["it's"], ["a\nb"], [1.0, None, True], {"é": "x"}, "\n", 'a"b', [1e16], ["\\"], ["\x7f\u200b"], ["'\""], 10**30, 1e16, 1e-7],
    "bchoice": ["a", " ", 0],
    "nchoice": ["1", " 1", 1.0, "1.0", "", None, True, False, [], "01"],
    "mchoice": ["ab", {"a": 1}, ["a", None], [True], [["it's"]], ["b", "a"], [1, "a"], False, 1.5, {}],
    "lst": [[None], [1, None, "x"], ["1", "2"], [True, False], [1.0, 2.0], "1,2", True, [[1], [2]], [1, 2, "x", 4], [[], {}], 1.5, ["", ""], [1, 2, 3]],
    "clst": [[True, "a", ["b"], {}, None, 1.5], "a", {}, None, "", [" a "], [10**30], ["\ud800"]],
    "dct": [{"a": None}, {"a": True}, {"a": "5", "b": []}, {"": 1}, "", True, {"a": 1.5, "b": "x", "c": None}, {"a": {"b": 1}}, {"it's": "x"}],
    "js": [None, True, 1.5, {}, {"a": [1, {"b": None}]}, "", 10**30, 1e16],
    "ro": [None, 5, ""],
    "sub": [{"x": 1, "y": None}, {"x": None}, {"x": "1", "y": "2"}, {"x": True}, {"y": 1}, [1], True, 1.5, {"X": 1}, {"x": [1], "y": {}}, {"x": ""}],
    "subs": [[{"x": 1}, 5, None, {"y": 1}], [{"x": "a", "y": "b"}, {}], True, 1.5, [[]], [[{"x": 1}]], [{}], [{"x": 1}, {"x": 2}], ["x", True], {"0": {"x": 1}}],
    "tag": [" 1 ", "+1", "1_0", "1.0", 1.5, 10**30, -(10**30), str(10**30), str(-(10**30)), False, "0", 0, "it's", [1], {"id": 1}, "1e0", 1e16, "\n"],
    "tags": [[True, 1], [10**30], [1.5], ["1", 1], {"0": 1}, True, ["it's"], [[1]], [{}], 1.5, [""], "1", [" 1 "], [0], [-1]],
}
for field, several in more.items():
    for value in several:
        ask("POST", "/fields/", {field: value})
extra = {
     "ip4": ["1.2.3.4", "::1", "01.2.3.4", "", 5, "1.2.3.256"], "ip6": ["::1", "1.2.3.4", "x", ":", 5],
    "bool": [None, "", "yes"], 
    "ll": [[[1]], [["x"]], [1], [[], "x"], [[1, "x"], ["y"]]], "dd": [{"a": {"b": 1}}, {"a": {"b": "x"}}, {"a": 1}], "ld": [[{"a": 1}], [{"a": "x"}], [1]],
    "lany": [[1, "x", None, [True], {"a": []}, "\0"], {}, "x", None, [""], [1e400]], "dany": [{"a": 1, "b": None, "c": [True], "d": {"e": ""}}, {"a": "\0"}, [], "x", None],
    "nl": [None, [None], [1]], "wo": ["x", ""], 
    "njs": [None, 1], "nint": ["", None, " "], "nflt": ["", None], "ndt": ["", None], "ndate": ["", None], "nuuid": ["", None], "nchar": ["", None, " "], "nblank": ["", None],
    "nemail": ["", None], "nurl": ["", None], "nch": ["", None, "a", "z"], "flim": [0.4, 0.5, 1.5, 1.6, "0.4"], "clim": ["a" * 6, "a", "", "ab"],
    "nsubs": [None, [], [None], [{"x": 1}, None], [None, {"x": "a"}, 5], [[None]], {}],
    "tag": [None, "", 1, 99], "deep": [{"a": {"b": {"x": "z"}}}, {"a": {}}, {"a": {"b": []}}, {"a": 5}],
    
}
for field, several in extra.items():
    for value in several:
        ask("POST", "/extra/", {field: value})
ask("POST", "/extra/", {"nint": "x", "deep": {"a": {"b": {"x": 1}}}})
ask("POST", "/forms/", {})
for body in ["", "b=", "b=x", "b=on&m=a", "m=z", "tags=99", "tags=1&tags=2", "b=true&m=a&tags=1&l=1&s.x=1", "b=on&m=a&tags=1&l[0]=1&l[1]=x&s.x=1", "l[]=1", "l[1]=1", "s.x=", "s[x]=1", "b=on&b=off", "m[0]=a", "tags=", "m=", "l="]:
    for method in ["POST", "PATCH"]:
        ask(method, "/forms/", body, FORM)
for body in ["", "--BB--\r\n", "--BB--", "--BB\r\nContent-Disposition: form-data\r\n\r\nabcdef\r\n--BB--\r\n", "--BB\r\nContent-Disposition: attachment; name=\"char\"\r\n\r\nabcdef\r\n--BB--\r\n",
             "--BB\r\nContent-Disposition: form-data; name=char\r\n\r\nabcdef\r\n--BB--\r\n", "preamble\r\n--BB\r\nContent-Disposition: form-data; name=\"char\"\r\n\r\nabcdef\r\n--BB--\r\nepilogue", "--BB\r\nContent-Disposition: form-data; name=\"integer\"\r\nContent-Transfer-Encoding: base64\r\n\r\neA==\r\n--BB--\r\n",
             "--BB\r\nContent-Disposition: form-data; name=\"integer\"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nx\r\n--BB--\r\n", "--BB\r\nContent-Disposition: form-data; name=\"integer\"\r\nContent-Type: application/json\r\n\r\nx\r\n--BB--\r\n"]:
    ask("POST", "/fields/", body, MULTI)
for parts in [part("file", "x", ""), part("file", "x", " "), part("file", "x", "a/b/../c.txt"), part("file", "x", "C:\\\\a.txt"), part("file", "x", "."), part("file", "x", ".."), part("file", "x", "a.txt") + part("file", "", "b.txt"), part("file", "x", "a" * 300),
              part("file", "x", "a.txt") + part("note", ""), part("file", "x", "a.txt") + part("note", "b", "c.txt"), part("file", "a", None) + part("file", "x", "a.txt"), part("file", "\0", "a.txt"), part("note", "x") + part("other", "x", "b.txt"),
              "--BB\r\nContent-Disposition: form-data; name=\"file\"; filename*=UTF-8''%e2%82%ac.txt\r\n\r\nx\r\n", "--BB\r\nContent-Disposition: form-data; name=\"file\"; filename=a.txt\r\n\r\nx\r\n"]:
    ask("POST", "/upload/", parts + "--BB--\r\n", MULTI)
    ask("PATCH", "/upload/", parts + "--BB--\r\n", MULTI)
for media in ["multipart/form-data; boundary=", 'multipart/form-data; boundary="BB"', "multipart/form-data; boundary=BB; charset=utf-8", "multipart/form-data; charset=utf-8; boundary=BB", "multipart/form-data;boundary=BB"]:
    ask("POST", "/fields/", part("char", "abcdef") + "--BB--\r\n", media)
for charset in ["utf-8", "UTF8", "latin-1", "iso-8859-1", "us-ascii", "nope", '"utf-8"', "", "cp1252"]:
    ask("POST", "/fields/", '{"char": "abcdef"}', "application/json; charset=" + charset)
    ask("POST", "/fields/", '{"char": "éééééé"}', "application/json;charset=" + charset)
    ask("POST", "/fields/", "char=abcdef", FORM + "; charset=" + charset)
    ask("POST", "/fields/", "char=%E9%E9", FORM + "; charset=" + charset)
for body in ['{"char":"abcdef","char":"ab"}', '{"char":"ab","char":"abcdef"}', '{"flt":1e400}', '{"js":1e400}', '{"integer":1e400}', '{"dec":1e400}', '{"flt":-1e400}', '{"char":"\\ud800"}', '{"char":"\\udc00\\ud800"}', '{"one":"\\ud83d\\ude00"}', '{"js":"\\ud800"}', '{"\\ud800":1}',
             '{"js":' + "[" * 100 + "]" * 100 + "}", '{"char":"a\\u0000b"}', '{"char":"\\u0000"}', '\ufeff{"char":"abcdef"}', '{"flt":-Infinity}', '[NaN]', '{"a":Nan}', '{"a":infinity}', '{"a":1}}', '{"a":1},', '{"a":1} {"b":2}', "// x\n{}", '{"a":/*x*/1}', '{"a":0x5}', '{"a":+5}', '{"a":.5}', '{"a":05}', '{"a":-}', '{"a":"\t"}', '{"a":"\x7f"}',
             '{"a"', '{"a":', '{"a":1', '{"a":1,', '{,}', '[,]', '[1', '[1,', '["', '"\\', '"\\u', '"\\u1', '"\\ud800\\u', '{"a":1,"b"}', "tru", "True", "None", "nan", "-", "-x", "1e", "1.", "[1 2]", "\x0b{}", "{}\x00", "\u00a0{}", '{"lst":[1,2],"lst":[1]}', '{"a":"\\ud800x"}', '{1:2}', "{'a'}", '"a" "b"', "\n\n x", "{\n\"a\": 1\n\"b\": 2}", '{"a": "é" "b"}', '{"char":1e5, }', "[1,\n]", "[\"a\",]", "{\"a\":[}", "{\"a\":{]}"]:
    ask("POST", "/fields/", body)
for accept in ["*/*;q=0", "application/json;version=1", "APPLICATION/JSON", "application/json , text/html", "application/*;q=0.5,text/html", "text/*", "*", "application/json;indent=4", ",", "application/json,", "*/json", "application/vnd.api+json", "application/json;q=x"]:
    ask("GET", "/things/99/", accept=accept)
    ask("POST", "/fields/", {"char": "abcdef"}, accept=accept)
for query in ["format=JSON", "format=json&format=xml", "format=xml&format=json", "format=api", "Format=xml", "format=%20json", "format=json%00", "xformat=xml", "format", "format=html&x=1"]:
    ask("GET", "/things/99/?" + query)
    ask("POST", "/fields/?" + query, {"char": "abcdef"})
    ask("OPTIONS", "/things/?" + query)
for path in ["/things/%31/", "/things/1%2F/", "/things/ 1/", "/things/%201/", "/things/+1/", "/things/-1/", "/things/01/", "/things/0/", "/things/1_0/", "/things/99999999999999999999999999/", "/things/1%00/", "/things/1%0A/", "/things/1;x/", "/things/1e0/", "/things/True/",
             "//things/", "/things//", "/things/1//", "/THINGS/", "/things/1/x/", "/things/1/?a=%FF", "/things/%FF/", "/things/é/", "/things/a%2Fb/", "/things/null/", "/things/1", "/things/1?x=%20y", "/things/99", "/things/x", "/nope", "/things/%C3%A9", "/things?", "/things/1%3F/"]:
    for method in ["GET", "HEAD", "DELETE", "OPTIONS", "PATCH"]:
        if method == "DELETE" and path not in ["/things/99/", "/things/x", "/things/1", "/things/1e0/", "/things/99999999999999999999999999/"]: continue
        ask(method, path, {"number": "x"} if method == "PATCH" else None)
        ask(method, path, {"number": "x"} if method == "PATCH" else None, auth=None)
for auth in ["APIToken  ", "APIToken\t0123456789abcdef0123456789abcdef01234567", "APITOKEN 0123456789abcdef0123456789abcdef01234567", "APIToken 0123456789ABCDEF0123456789ABCDEF01234567", "APIToken 0123456789abcdef0123456789abcdef01234567,", "APIToken:0123456789abcdef0123456789abcdef01234567", "APIToken  a  b ", " APIToken wrong", "APIToken \"0123456789abcdef0123456789abcdef01234567\"", "apitoken", "0123456789abcdef0123456789abcdef01234567", "APIToken 0123456789abcdef0123456789abcdef01234567 x", "Basic dTp1", "Token"]:
    for method, path in [("GET", "/things/99/"), ("HEAD", "/things/1/"), ("OPTIONS", "/things/1/"), ("DELETE", "/things/99/"), ("BREW", "/things/"), ("POST", "/login/"), ("GET", "/nope/"), ("POST", "/fields/?format=xml")]:
        ask(method, path, {"x": "a"} if method == "POST" else None, auth=auth)
ask("GET", "/things/?auth_token=0123456789abcdef0123456789abcdef01234567&token=0123456789abcdef0123456789abcdef01234567", auth=None)
for query in ["page=2&page_size=25", "page=3&page_size=10", "page=4&page_size=10", "page=1e0", "page=0x1", "page=+1", "page=%2B1", "page=1_0", "page=LAST", "page=last&page_size=7", "page=last%20", "page=%00", "page=1;2", "page=1,2", "page=null", "page_size=", "page_size=1e1", "page_size=%2B5", "page_size=99999999999999999999", "page_size=1_0&page=2", "page_size=5&page=6", "page_size=5&page=5", "page[]=99", "PAGE=99", "page_size=1&page_size=30&page=2", "page=&page=99", "page=99&page=", "page=01", "page=%20", "page=%0A2"]:
    ask("GET", "/things/?" + query)
    ask("HEAD", "/things/?" + query)
for query in ["n=%201%20", "n=1_0", "n=1.5", "n=true", "n=1e3", "t=a&t=", "t=&t=a", "on=TRUE", "on=yes&on=x", "on=x&on=yes", "on=null", "dt=20260101T000000Z", "dt=2026-01-01", "dt=2026-01-01T23:59:60Z", "dt=1767225600", "groups=1&groups=", "groups=1&groups=x&groups=", "groups[0]=1&groups[1]=x", "groups[]=1", "ch[0]=c", "ch=a&ch=", "texts=%20", "texts=%00", "DEV=x", "dev=", "dev=%200189d7a5-0000-7000-8000-000000000001", "n=%FF", "t=%FF", "t=%ED%A0%80", "n=" + "1" * 1001, "n=+1", "n=%2B1", "groups=1_0", "groups=1,", "on=1&n=", "t"]:
    ask("GET", "/query/?" + ("" if query.startswith("dev") else dev) + query)
for method, path, body in [("PUT", "/things/2/", {"name": "x"}), ("PUT", "/things/2/", {"vin": "ONE"}), ("PUT", "/things/2/", {"name": "x", "vin": "V1"}), ("PUT", "/things/99/", {}), ("PUT", "/things/2/", None), ("PATCH", "/things/2/", None), ("PUT", "/things/2/", "null"), ("PATCH", "/things/2/", "null"), ("PUT", "/things/2/", []), ("POST", "/things/", [made]), ("POST", "/things/", None), ("PUT", "/things/2/", {"name": "x", "vin": "ONE", "id": 9, "unknown": 1, "tags": [99]}), ("PUT", "/things/", {}), ("POST", "/things/2/", {}), ("PATCH", "/things/", {}), ("POST", "/things/", {"name": " ", "vin": None, "kind": "", "number": "", "tag": "", "tags": "", "active": "", "plate": None, "when": ""}), ("POST", "/things/", {"name": "x" * 11, "vin": "x" * 18, "kind": 5, "number": 2**31, "active": None, "plate": "x" * 11}), ("POST", "/things/", {"name": "x", "vin": "n1", "number": -(2**63) - 1}), ("POST", "/things/", {"name": "x", "vin": "v3", "kind": "z"}), ("OPTIONS", "/things/1/", None), ("OPTIONS", "/fields/", None), ("OPTIONS", "/extra/", None), ("OPTIONS", "/upload/", None), ("OPTIONS", "/query/", None), ("OPTIONS", "/required/", None), ("TRACE", "/things/", None), ("get", "/things/", None), ("LINK", "/things/99/", None), ("PROPFIND", "/things/x/", {})]:
    ask(method, path, body)

for query in ["name=Tag 3", "id=3", "id=x", "id= 3 ", "id=", "id=1&id=2", "id__in=1,2,3", "id__in=1,x", "id__in=1, 2", "id__in=", "id__in=1,,2", "id__in=99", "id__gt=20", "id__gte=20", "id__lt=3", "id__lte=3", "id__gt=x", "id__gt=1.5", "id__range=2,4", "id__range=2", "id__range=2,4,6", "id__range=x,4", "id__range=4,2", "id__range=", "id__isnull=true", "id__isnull=True", "id__isnull=false", "id__isnull=0", "id__isnull=x", "id__isnull=1", "name__iexact=tag 3", "name__in=Tag 3,Tag 4", "name__in=Tag 3, Tag 4", "name__icontains=AG 2", "name__startswith=Tag 2", "name__istartswith=tag 2", "name__endswith=5", "name__regex=.", "name__isnull=false", "unknown=1", "vin=x",
              "ordering=id", "ordering=-id", "ordering=-x", "ordering=x,-id", "ordering=--id", "ordering=-id,id", "ordering= -id ", "ordering=", "ordering=-id&ordering=id", "search=tag 2", "search=Tag", "search=2,3", "search=TAG,3", "search=", "search= ", "search=zzz", "search=\"Tag 2\"", "search=tag+2+5", "search='Tag 2'", "search=%00", "search=a&search=3",
              "id__gt=20&ordering=-id", "id__gt=3&id__lt=6", "id__gte=5&page_size=3&page=2", "id__gt=99", "id__gt=99&page=2", "name=%00", "id=99999999999999999999", "id__lt=99999999999999999999", "id=1.0", "id=-1", "id=+1", "id=1e0", "id=true", "id=0x1", "id=1_0"]:
    ask("GET", "/tags/?" + query.replace(" ", "%20"))

# Digits of other scripts, and blanks that only some of Python's readers take.
three, thirty, wide = "\u0663", "\u0663\u0660", "\uff13"
for field, several in {
    "integer": [three, "+" + three, "-" + three, thirty, three + ".\u0660", three + ".0", "\U0001d7d1", wide, "\u00b2", "\u4e09", "\u2167", "\u0663_\u0660", "0" + three, "\u3000" + three + "\x1f", "\u2212" + "3", "\u096a", "1\u00a0", "\u0661\u0661\u0661\u0661"],
    "big": [wide * 25, "-" + wide * 25],
    "flt": [three, three + ".5", "1e\u0660", "\u0663e0", "\u00bd", "\u00b3", "\u0663\u066b\u0660", "\u3000" + wide, "\x1f1", "\u221e", wide + "_" + wide],
    "dec": [three, three + "." + thirty, "\u00b2", "1e\u0661", "\u3000" + wide, "-" + wide, "\u066b\u0663", "\x1f1"],
    "dt": ["\u0662\u0660\u0662\u0666-01-01T00:00:00Z", "\u0662\u0660\u0662\u0666-01-01", "2026-01-01T00:00:00\u00a0Z", "2026-01-01\u00a000:00:00Z", "2026-01-01T00:00:00.\u0661Z", "2026-01-01T00:00:00+0\u0661:00", "2026-01-01 0\u0661:00", "\u0662\u0660\u0662\u0666-13-01T00:00:00Z", "2026-1-\u0661"],
    "date": ["\u0662\u0660\u0662\u0666-01-01", "2026-0\u0661-01", "2026-\u0661\u0663-01", "\uff12\uff10\uff12\uff16\uff0d01\uff0d01", "2026-1-\u0661\n"],
    "uuid": [three * 32, "0189d7a5-0000-7000-8000-00000000000" + three, "0x" + "f" * 30, "0X" + "f" * 30, "0x_" + "f" * 29, "+" + "f" * 31, "f" * 31 + " ", "f_" * 15 + "ff", "_" + "f" * 31, "\uff46" * 32, "f" * 15 + "__" + "f" * 15, "\u3000" + "1" * 31, "0o" + "1" * 30, "0x0x" + "f" * 28, "++" + "f" * 30],
    "tag": [three, "\u0661", "+\u0661", "\u00b9", "\u0669\u0669", " \u0661 "],
    "tags": [["\u0661", 1], ["\u00b9"]],
    "nchoice": ["\u0661"], "boolean": ["\u0661"], "slug": ["\u0661"], "char": ["\u0661"], "lst": [["\u0661", "\u0662"]], "dct": [{"a": "\u0661"}],
    "url": ["http://x.de:\u0663", "http://\u0661.2.3.4"], "email": ["a@[\u0661.2.3.4]"],
}.items():
    for value in several:
        ask("POST", "/fields/", {field: value})
for value in ["\u0661.2.3.4", "1.2.3.\uff14"]:
    ask("POST", "/extra/", {"ip4": value})
ask("POST", "/extra/", {"ip6": "\uff11::1"})
for query in ["page=\u0662", "page=\u0669\u0669", "page=\u00b2", "page_size=\u0665&page=\u0666", "page_size=\u00b2"]:
    ask("GET", "/things/?" + query)
for query in ["n=\u0663", "n=\u00b3", "groups=\u0661&groups=\u00b2", "dt=\u0662\u0660\u0662\u0666-01-01T00:00:00Z", "on=\u0661"]:
    ask("GET", "/query/?" + dev + query)
for query in ["id=\u0663", "id__in=\u0661,\u0662", "id__gte=\u0662\u0660", "id__range=\u0661,\u0663", "id=\u00b3", "id__in=\u00b9", "name__endswith=\u0663", "page_size=\u0663"]:
    ask("GET", "/tags/?" + query)
for path in ["/things/\u0661/", "/things/\u00b9/", "/things/\u0669\u0669/", "/things/%20\u0661/"]:
    ask("GET", path)

# What a list has no filter for.
for query in ["name=t3", "vin=V3", "id=3", "ordering=-id", "search=t3", "search=%00", "limit=3", "offset=5", "page_num=2", "page_hits=1", "cursor=x", "tag=99", "number=x", "active=maybe", "name__icontains=t3&page_size=3&page=2", "fields=id", "kind=z"]:
    ask("GET", "/things/?" + query)
for query in ["vin=x", "id__ne=3", "limit=3", "offset=3", "id__iexact=3", "name__regex=x", "name__gte=x", "id__contains=x"]:
    ask("GET", "/tags/?" + query)

# Forms with faults that Django reads all the same.
HEAD = 'Content-Disposition: form-data; name="char"'
for body in [
    f"--BB\r\n{HEAD}\r\n\r\nabcdef", f"--BB\r\n{HEAD}\r\n\r\nabcdef\r\n", f"--BB\r\n{HEAD}\r\n\r\nabcdef\r\n--BB", f"--BB\r\n{HEAD}\r\n\r\nabcdef--BB--", f"--BB\r\n{HEAD}\r\n\r\nabcdef\n--BB--",
    f"--BB\n{HEAD}\n\nabcdef\n--BB--\n", f"\r\n--BB\r\n{HEAD}\r\n\r\nabcdef\r\n--BB--\r\n", f"x--BB\r\n{HEAD}\r\n\r\nabcdef\r\n--BB--\r\n", f"--BB{HEAD}\r\n\r\nabcdef\r\n--BB--", f"--BBx\r\n{HEAD}\r\n\r\nabcdef\r\n--BB--",
    f"--BB\r\n\r\nabcdef\r\n--BB--\r\n", f"--BB\r\nX: y\r\n\r\nabcdef\r\n--BB\r\n{HEAD}\r\n\r\na\r\n--BB--\r\n", f"--BB\r\n{HEAD.lower()}\r\n\r\nabcdef\r\n--BB--\r\n", f"--BB\r\n{HEAD.upper()}\r\n\r\nabcdef\r\n--BB--\r\n", f"--BB\r\n {HEAD}\r\n\r\nabcdef\r\n--BB--\r\n",
    "--BB\r\nContent-Disposition : form-data; name=char\r\n\r\nabcdef\r\n--BB--\r\n", "--BB\r\nContent-Disposition: form-data; name*=utf-8''char\r\n\r\nabcdef\r\n--BB--\r\n", "--BB\r\nContent-Disposition: form-data; NAME=char\r\n\r\nabcdef\r\n--BB--\r\n", "--BB\r\nContent-Disposition: form-data; name=\" char \"\r\n\r\nabcdef\r\n--BB--\r\n",
    "--BB\r\nContent-Disposition: form-data; name=<char>\r\n\r\nabcdef\r\n--BB--\r\n", "--BB\r\nContent-Disposition: form-data; name='char'\r\n\r\nabcdef\r\n--BB--\r\n", "--BB\r\nContent-Disposition: form-data; name=\"ch\\\"ar\"\r\n\r\nabcdef\r\n--BB--\r\n", "--BB\r\nContent-Disposition: form-data; x=\"a;b\"; name=char\r\n\r\nabcdef\r\n--BB--\r\n",
    "--BB\r\nContent-Disposition: form-data;\r\n name=char\r\n\r\nabcdef\r\n--BB--\r\n", "--BB\r\nContent-Disposition: x; name=one\r\nContent-Disposition: y; name=char\r\n\r\nabcdef\r\n--BB--\r\n", f"--BB\r\n{HEAD}; filename=\"\"\r\n\r\nabcdef\r\n--BB--\r\n", f"--BB\r\n{HEAD}; filename=\"..\"\r\n\r\nabcdef\r\n--BB--\r\n",
    f"--BB\r\n{HEAD}\r\nX: {'y' * 900}\r\n\r\nabcdef\r\n--BB--\r\n", f"--BB\r\n{HEAD}\r\nX: {'y' * 1000}\r\n\r\nabcdef\r\n--BB--\r\n", f"{'p' * 1023}--BB\r\n{HEAD}\r\n\r\nabcdef\r\n--BB--\r\n", f"{'p' * 1024}--BB\r\n{HEAD}\r\n\r\nabcdef\r\n--BB--\r\n",
    f"--BB\r\n{HEAD}\r\n\r\nab\r\n--BB\r\n{HEAD}\r\n\r\nabcdef\r\n--BB--\r\n", f"--BB\r\n{HEAD}\r\n\r\nab\r\n--BB--\r\n{HEAD}\r\n\r\nabcdef", "garbage", "--BB", f"--BB\r\n{HEAD}", f"--BB\r\n{HEAD}\r\n\r\n", f"--BB\r\n{HEAD}\r\n\r\nab--BBcdef\r\n--BB--\r\n",
    f"--BB\r\n{HEAD}\r\nContent-Type: text/plain; charset=latin-1\r\n\r\n\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\r\n--BB--\r\n", f"--BB\r\n{HEAD}\r\n\r\na\0b\r\n--BB--\r\n", f"--BB\r\n{HEAD}\r\nX\r\n\r\nabcdef\r\n--BB--\r\n",
] + [f"--BB\r\n{HEAD}\r\nContent-Transfer-Encoding: {how}\r\n\r\n{text}\r\n--BB--\r\n" for how in ["base64", "BASE64", "base64 ", "base64; x=y", "quoted-printable", "8bit"] for text in ["YWJjZGVm", "YWI=", "YWI", "Y W I =", "YWJjZGVm!", "=", "YWJjZGVmYQ==YQ=="]]:
    ask("POST", "/fields/", body, MULTI)
for how in ["base64", "quoted-printable"]:
    for text in ["YWI=", "YWI", "", "=", "!!!!", "Y\r\nWI="]:
        ask("POST", "/upload/", f'--BB\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Transfer-Encoding: {how}\r\n\r\n{text}\r\n--BB--\r\n', MULTI)
for name in ["filename*=''a.txt", "filename*=a.txt", "filename*=latin-1''%e9.txt", "filename*=utf-8'de'", 'filename="\u200b"', 'filename="a\tb.txt"', 'filename=""; filename*=utf-8\'\'a.txt', 'filename="a.txt"; filename*=utf-8\'\'', "filename", "filename="]:
    ask("POST", "/upload/", f'--BB\r\nContent-Disposition: form-data; name="file"; {name}\r\n\r\nx\r\n--BB--\r\n', MULTI)
for media in ["multipart/form-data", "multipart/form-data; boundary", "multipart/form-data; boundary= BB ", "Multipart/Form-Data; boundary=BB", "multipart/form-data; Boundary=BB", "multipart/form-data; boundary=\"BB", "multipart/form-data; boundary=\"B B\"", "multipart/form-data; boundary=" + "B" * 201, "multipart/form-data; boundary=" + "B" * 202,
              "multipart/form-data; boundary=BB; boundary=CC", "multipart/form-data; boundary*=us-ascii''BB", "multipart/form-data; x=\";\"; boundary=BB", "multipart/form-data; boundary=BB, x", "multipart/form-data, boundary=BB", "multipart/form-data boundary=BB", "multipart/mixed; boundary=BB"]:
    ask("POST", "/fields/", part("char", "abcdef") + "--BB--\r\n", media)
    ask("POST", "/fields/", (part("char", "abcdef") + "--BB--\r\n").replace("BB", "B" * 201), media)

# How many fields and files Django reads.
for n in [999, 1000]:
    ask("GET", "/query/?" + dev + "x=1&" * (n - 1) + "n=x")
    ask("GET", "/query/?" + "&" * n, auth=None)
    ask("GET", "/nope/?" + "&" * n)
    ask("GET", "/things?" + "&" * n)
    ask("POST", "/fields/", "a=b&" * n + "char=abcdef", FORM)
    ask("POST", "/fields/", "&" * n, FORM)
    ask("POST", "/fields/?" + "&" * n, {"char": "abcdef"})
    ask("POST", "/fields/", part("a", "b") * n + part("char", "abcdef") + "--BB--\r\n", MULTI)
    ask("POST", "/fields/", "--BB\r\n\r\n" * n + part("char", "abcdef") + "--BB", MULTI)
for n in [100, 101]:
    ask("POST", "/upload/", part("note", "") + part("file", "x", "a.txt") * n + "--BB--\r\n", MULTI)
    ask("POST", "/upload/", part("x", "y", "..") * n + "--BB--\r\n", MULTI)
    ask("POST", "/upload/", '--BB\r\nContent-Disposition: form-data; filename="a"\r\n\r\nx\r\n' * n + "--BB--\r\n", MULTI)

# Names of several pieces, with charsets, with entities.
for name in ["filename*0=a; filename*1=.txt", "filename*1=.txt; filename*0=a", "filename*0*=utf-8''%2e; filename*1*=%2e", "filename*0*=utf-8''a; filename*1=%2e", "filename*0*=''..", "filename*0=.; filename*00=.", "filename*x=a.txt",
             "filename*=nope''a.txt", "filename*=utf-8''..%2f", "filename*=latin-1''%ff", "filename*=us-ascii''%ff", "filename*=utf-16''a", "filename=\"&#46;&#46;\"", "filename=\"a&sol;\"", "filename=\"a&sol\"", "filename=\"&NewLine;\"", "filename=\"&nbsp\"", "filename=\"&nbsp;a\"",
             "filename=\"&#x110000;\"", "filename=\"&#0;\"", "filename=\"&#1;\"", "filename=\"&#x80;\"", "filename=\"&#xd800;\"", "filename=\"&amp;\"", "filename=\"&amp;sol;\"", "filename=\"&period;\"", "filename=\"&unknown;\"", "filename=\"&shy;\"", "filename=\"\u0301\"", "filename=\"\ue000\"", "filename=\"\U000e0100\"", "filename=\"\u2028\"",
             "filename=\"\"; filename*0=..", "filename=..; filename*0*=utf-8''a", "x*0=a", "filename**=utf-8''a", "file-name*0=a; filename=b", "*=a; filename=b", "filename*=a'b", "filename*=utf-8'a'b'c"]:
    ask("POST", "/upload/", f'--BB\r\nContent-Disposition: form-data; name="file"; {name}\r\n\r\nx\r\n--BB--\r\n', MULTI)
for name in ["name*0=ch; name*1=ar", "name*0*=utf-8''%63h; name*1=ar", "name*=nope''char", "name=one; name*=utf-8''char", "name*=utf-8''char; name=one", "name=\"&#99;har\""]:
    ask("POST", "/fields/", f"--BB\r\nContent-Disposition: form-data; {name}\r\n\r\nabcdef\r\n--BB--\r\n", MULTI)

# Names that might be markers, and texts that Python shows in its own way.
for name in ["\0number", "\0file", "\0name", "\0\0number", "\0", "$serde_json::private::Number"]:
    for body in [{"js": {name: "5"}}, {"dct": {name: "5"}}, {"dct": {name: "x"}}, {"dct": {name: "5", "\0name": "y"}}, {"sub": {name: "5"}}, {"flt": {name: "5"}}, {"integer": {name: "5"}}, {"char": {name: "5"}}, {"choice": {name: "5"}}, {"mchoice": {name: "5"}}, {"tags": {name: "5"}}, {"lst": {name: "5"}}, {"uuid": {name: "5"}}, {name: "5"}, {"boolean": {name: "1"}}]:
        ask("POST", "/fields/", body)
    ask("POST", "/upload/", {"file": {name: 5, "\0name": "x"}})
    ask("PATCH", "/upload/", {"file": {name: 5}})
from urllib.parse import quote, urlencode
for name in ["\0number", "\0file", "$serde_json::private::Number"]:
    for body in [urlencode({f"dct.{name}": "5"}), urlencode({f"dct.{name}": "x"}), urlencode({"js": json.dumps({name: "5"})}), urlencode({"sub": json.dumps({name: "5"})}), urlencode({name: "5", "char": "abcdef"}), urlencode({f"sub.{name}": 5})]:
        ask("POST", "/fields/", body, FORM)
for text in ["e\u0301", "\u0301", "\u200b\u0301", "\u00ad", "\u2028", "\ue000", "\uffff", "\U000e0100", "\u0378", "\u1d17", "\u20dd", "\u0b3e", "\u3000a", "\ufeff", "\U0001f1e6", "\u202e", "a\u00a0b"]:
    ask("POST", "/fields/", {"choice": [text]})
    ask("POST", "/fields/", {"tag": {text: 1}})

# Bytes that are no text.
for body in [b"char=\xe9\xe9\xe9\xe9\xe9\xe9", b"char=\xc3\xa9\xc3\xa9\xe9\xe9\xe9\xe9", b"char=%C3%A9%C3%A9\xe9%C3%A9%C3%A9%C3%A9", b"\xff=1&char=abcdef", b"integer=\xff"]:
    ask("POST", "/fields/", body, FORM)
for body in [b'{"char": "\xe9"}', b"\xff", b'{"char": "abcdef"}\xff', b"\xef\xbb\xbf{}", b'\xff\xfe{\0}\0', b'\0{\0}', b'{"char":"\xed\xa0\x80"}', b'{"char":"\xf4\x90\x80\x80"}', b'{"char":"\xc0\x80"}']:
    ask("POST", "/fields/", body)
for value in [b"\xe9\xe9\xe9\xe9\xe9\xe9", b"\xc3", b"abcdef\xff"]:
    ask("POST", "/fields/", b'--BB\r\nContent-Disposition: form-data; name="char"\r\n\r\n' + value + b"\r\n--BB--\r\n", MULTI)
    ask("POST", "/fields/", b'--BB\r\nContent-Disposition: form-data; name="char' + value + b'"\r\n\r\nabcdef\r\n--BB--\r\n', MULTI)

# What an item keeps of what was sent.
for n, body in enumerate([{"name": " a "}, {"name": 5}, {"name": 1.50}, {"name": "\u00e9"}, {"name": "e\u0301"}, {"number": "5"}, {"number": "5.0"}, {"number": 5.0}, {"number": "\u0665"}, {"number": " 7 "}, {"number": None}, {"number": ""}, {"number": -0.0}, {"number": 2147483647}, {"active": "yes"}, {"active": 1}, {"active": "off"}, {"active": 0.0},
                          {"plate": ""}, {"plate": "  "}, {"plate": " a b "}, {"plate": 10}, {"kind": "b"}, {"tag": "3"}, {"tag": 3.0}, {"tag": None}, {"tag": ""}, {"tags": [2, "3", 2]}, {"tags": []}, {"tags": {"4": 1}}, {"when": "2026-01-01T00:00:00+14:00"}, {"when": "2026-01-01T00:00"}, {"when": "2026-01-01 10:30:15.123456789Z"}, {"when": "2026-01-01T00:00:00.5Z"},
                          {"when": "2026-01-01T00:00:00.000000Z"}, {"when": "20260101T010203"}, {"when": "2026-W01-1T00:00"}, {"when": None}, {"when": ""}, {"when": "2026-01-01"}, {"when": "0001-01-01T00:00:00Z"}, {"when": "9999-12-31T23:59:59.999999Z"}, {"when": "2026-01-01T00:00:00-00:00"}, {"name": "a\tb"}, {"name": "\U0001f600"}, {"name": "\u200b"}, {"name": "null"}, {"name": "<b>"}, {"plate": "\u3000x\u3000"}]):
    ask("POST", "/things/", {"name": "n", "vin": f"K{n}", **body})
    ask("PATCH", "/things/3/", body)
ask("PUT", "/things/3/", {"name": "whole", "vin": "WHOLE"})
ask("PUT", "/things/3/", {"name": "whole", "vin": "WHOLE", "kind": "b", "number": 1, "tags": [2], "active": True})
ask("PUT", "/things/3/", {"name": "whole", "vin": "WHOLE"})
for body in [{"name": "x" * 20}, {"name": "x" * 21}, {"name": "\u00df"}, {"name": 0}, {"name": "Tag 1"}, {"name": "x", "id": 1}, {"name": "y", "unknown": 1}]:
    ask("POST", "/tags/", body)

# Names, values and headers of requests in other forms.
for query in ["n%61me=Tag%203", "name=Tag+3", "name=Tag%2B3", "name%5B%5D=Tag%203", "id%5F%5Fgt=30", "ordering=%2Did&page_size=3", "ordering=+id&page_size=3", "ordering=-id%00", "ordering=%20-id%20,%20name&page_size=2", "ordering=ID", "page%5Fsize=3", "page_size=%33", "page=%322", "name=Tag 3;id=4".replace(" ", "%20"), "name=&name=Tag%203", "name=Tag%203&name=", "id__in=1&id__in=2", "id__in=%31%2C2", "id__in=1%2C%2C2%2C", "id__in=,", "id__in=1,2,3&id__gt=1",
              "id__range=2,4&ordering=-id", "id__range=%202%20,%204%20", "id__range=,4", "id__range=2,", "id__isnull=", "id__isnull=TRUE", "id__isnull=maybe&id=3", "name__contains=ag%203", "name__contains=AG%203", "name__contains=%25", "name__contains=_", "name__startswith=tag%201", "name__endswith=", "name__iexact=TAG%203", "name__in=", "name__in=Tag%203", "name__in=Tag%203,", "name__icontains=%C3%9F", "search=%C3%9F", "search=tag,1", "search=tag%201", "search=%22tag%201%22", "search=%27tag%201", "search=1%202&page_size=2", "search=Tag&search=", "search=%09tag%0A1",
              "page_size=1&page=30", "page_size=100", "page_size=1e1&page=2", "page=1&page_size=0", "page=2&page_size=-5", "id__gt=1e1", "id__gt=1_0", "id__gt=%2B20", "id__gt=20.5", "id__lt=-1", "id__gte=NaN", "id__gte=Infinity", "id__lt=3&id__lt=", "id__lt=&id__lt=3", "id=3.0", "id=3.5", "id=03", "id=%C2%A03", "id__in=1.0,2", "id__in=1;2", "name__isnull=true", "name__isnull=True&page_size=2"]:
    ask("GET", "/tags/?" + query)
for other in [{"X-HTTP-Method-Override": "DELETE"}, {"X-Method-Override": "PATCH"}, {"X-HTTP-Method": "PUT"}, {"Content-Encoding": "gzip"}, {"Expect": "x"}, {"Range": "bytes=0-1"}, {"If-Match": "*"}, {"If-None-Match": "\"x\""}, {"If-Unmodified-Since": "Wed, 21 Oct 2015 07:28:00 GMT"}, {"Origin": "https://x.example"}, {"Accept-Language": "de"}, {"X-Forwarded-Host": "x.example"}, {"X-CSRFToken": "x"}, {"Cookie": "sessionid=x; csrftoken=y"}, {"Referer": "https://x.example/"}]:
    ask("POST", "/fields/", {"char": "abcdef"}, other=other)
    ask("GET", "/things/99/", other=other)
    ask("POST", "/things/", {}, other=other)
for body in ["_method=DELETE", "_method=PUT&_content=%7B%7D&_content_type=application/json", "_method=GET&char=abcdef"]:
    ask("POST", "/fields/", body, FORM)
    ask("POST", "/things/1/", body, FORM)
for path in ["/tags/26/", "/tags/1/", "/tags/", "/fields/", "/forms/", "/many/", "/login/", "/query/", "/tags/1", "/tags", "/upload"]:
    for method in ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"]:
        # The name of a view is not in the document.
        if (method, path) not in [("DELETE", "/tags/26/"), ("DELETE", "/tags/1/"), ("OPTIONS", "/forms/"), ("OPTIONS", "/many/"), ("OPTIONS", "/login/")]:
            ask(method, path)
for accept in ["application/json, */*;q=0.1", "text/html, application/xhtml+xml, */*;q=0.8", "application/json;q=0", "*/*;q=0.0", "application/*+json", "image/*", "application/json\t", "application/JSON;charset=utf-8", ";", "*/*, text/html", "application/json;x=\"a,b\"", "json", "application/jsonx", "*/html"]:
    ask("OPTIONS", "/tags/", accept=accept)
    ask("DELETE", "/things/99/", accept=accept)
    ask("PATCH", "/things/99/?format=json", {}, accept=accept)
for media in ["application/json;", "application/json;charset", "application/json; charset=", "application/json, application/json", " application/json ", "application/json ;charset=utf-8", "application/json; boundary=x", "application/*", "*/*", "application/x-www-form-urlencoded; charset=utf-8", "APPLICATION/X-WWW-FORM-URLENCODED", "multipart/form-data; Boundary=\"BB\"; charset=latin-1", "application/merge-patch+json", "text/plain", "application/octet-stream", "application/jsonp", "application", "/", "json"]:
    for body in ["{}", "char=abcdef", '{"char": "abcdef"}']:
        ask("PATCH", "/fields/", body, media)
for method, path in [("GET", "/things/99/"), ("DELETE", "/things/98/"), ("OPTIONS", "/things/"), ("HEAD", "/things/")]:
    for body in ["{", "x=1", ""]:
        ask(method, path, body)
        ask(method, path, body, "text/csv")
# Parts of nested values, in JSON and in forms.
for body in [{"deep": {}}, {"deep": None}, {"deep": {"a": None}}, {"deep": {"a": {"b": None}}}, {"deep": {"a": {"b": {"y": "x"}}}}, {"deep": [{"a": {"b": {"x": 1}}}]}, {"ll": [[1], None]}, {"ll": None}, {"ll": [[[1]]]}, {"ll": [[], []]}, {"dd": {"a": {}}}, {"dd": {"": {"": "x"}}}, {"ld": [{}, {"a": None}]}, {"nl": [None, "x", None]}, {"nl": ""}, {"njs": {"a": 2**70}}, {"flim": 1e400}, {"flim": "1_0"}, {"nint": 2**63}, {"nint": -(2**63) - 1}, {"nflt": "1e400"}]:
    for method in ["POST", "PATCH"]:
        ask(method, "/extra/", body)
for body in ["deep.a.b.x=1", "deep.a.b.x=z", "deep.a.b.y=1", "deep.a=1", "deep=%7B%22a%22%3A1%7D", "ll=1&ll=2", "ll[0]=1", "ll[0][0]=1", "ll[0][0]=x", "dd.a.b=1", "dd.a.b=x", "dd.a=1", "ld[0].a=1", "ld[0]a=x", "nl=&nl=1", "nl=", "nint=", "nint=%20", "nflt=", "ndt=", "ndate=", "nuuid=", "nchar=", "nblank=", "nch=", "tag=", "njs=", "njs=null", "njs=%7B", "njs=123456789012345678901234567890", "bool=", "bool=null", "wo=", "ip4=", "flim=2"]:
    for method in ["POST", "PATCH"]:
        ask(method, "/extra/", body, FORM)
for body in ["a=x&b=1&l=x&sub.x=1&c=b", "a=x&b=1&l=&sub.x=1&c=a", "a=x&b=1&l=x&l=&sub.x=1&c=a", "a=x&b=1.0&l[1]=x&l[0]=y&sub.x=1&c=a", "a=x&b=1&l=x&sub=%7B%22x%22%3A1%7D&c=a", "a=%20&b=%20&l=%20&sub.x=%20&c=%20", "a=x&a=&b=1&b=x&l=x&sub.x=1&sub.x=z&c=a&c=b", "A=x&B=1", "a[]=x", "sub[x]=1"]:
    for method in ["POST", "PATCH"]:
        ask(method, "/required/", body, FORM)
    ask("POST", "/required/", "".join(part(*(pair.replace("%20", " ").replace("%7B", "{").replace("%7D", "}").replace("%22", '"').replace("%3A", ":").split("=", 1))) for pair in body.split("&")) + "--BB--\r\n", MULTI)
for body in ['[{"x":1},{"x":2,"y":null}]', '{"x":1}', '[[{"x":1}]]', '{"0":{"x":1}}', '"x"', "[{}, 5, null, []]", "[" + ",".join(['{"x":1}'] * 200) + ',{"x":"z"}]']:
    for method in ["POST", "PATCH"]:
        ask(method, "/many/", body)
for body in ["lst=[1,2]", "lst=1&lst[0]=2&lst[1]=3", "lst[0]=1&lst[1]=2&lst=1", "lst[1]=2&lst[0]=x", "lst[x]=1", "clst=[\"a\"]", "subs=[{\"x\":1}]", "subs[0].x=1", "subs[0]=1", "subs[0]x=1&subs[2]x=z", "subs[0]x=1&subs[0]y=z", "sub={\"x\":1}", "sub.x=1&sub={}", "sub.x=1&sub.y=", "sub.x.y=1", "dct={\"a\":1}", "dct=", "dct.a=1&dct.b=x", "dct.=1", "dct.a.b=x", "dct[a]=x",
             "js=[1", "js=", "js=x", "js=1", "js=\"x\"", "js=null", "js.a=1", "js=123456789012345678901234567890", "tags[0]=99", "tags=1&tags=x", "mchoice[0]=z", "tag=1&tag=99", "ro=x", "choice=a&choice=z"]:
    for method in ["POST", "PATCH"]:
        ask(method, "/fields/", quote(body, safe="=&[]."), FORM)
    ask("POST", "/fields/", "".join(part(*pair.split("=", 1)) for pair in body.split("&")) + "--BB--\r\n", MULTI)
for query in ["search='tag 1'", "search=tag' 1", "search=\"tag 1", "search=\"tag\" \"1\"", "search=\"a\\\"b\"", "search=tag\"1", "search=,tag,,1,", "search=\"tag,1\"", "search=\",\"", "search=''", "search='", "search=\\", "id=3.9", "id=-0.5", "id__in=3.9,4", "id__range=2.9,4.1", "id__gt=29.9", "id__lte=2.9", "id__gte=30.1", "id__lt=2.1", "id__range=,", "id__range=1,,2", "ordering=%00", "ordering=-id,%00"]:
    ask("GET", "/tags/?" + query.replace(" ", "%20"))
for body in [{"nint": 2**64}, {"nint": str(-(2**70))}, {"nint": 1e30}]:
    ask("POST", "/extra/", body)
for query in ["id__range=x", "id__range=%20", "id__range=1e400,1", "id__in=%20", "id__in=1e51", "id=1e400", "id__gt=1e50", "id__isnull=%00", "id__isnull=%201", "id__isnull=%20true%20", "name__isnull=1%0A", "name__in=%20", "name=%20", "name=%C2%A0Tag%203%1F", "name__icontains=%205%0A", "name__endswith=%1F5", "name__iexact=%20", "search=%1F5", "search=%1C", "search=%C2%A05"]:
    ask("GET", "/tags/?" + query)
for text in ["ab\U0010d800", "ab\U0010dfff\udfff", "\0\U0010dfff", "\0\udfff", "\0\0\udbff\U0010dfff", "\U0010d800" * 5, "a\ud800bcd"]:
    ask("POST", "/fields/", {"char": text})
    if not any(c in text for c in "\ud800\udbff\udfff"):
        ask("POST", "/fields/", json.dumps({"char": text}, ensure_ascii=False))
    ask("POST", "/fields/", {text: 1, "one": [text], "lst": text, "js": [text]})
for text in ["ab\U0010d800", "\0\U0010dfff", "\U0010d800" * 6]:
    ask("POST", "/fields/", "char=" + quote(text), FORM)
    ask("POST", "/fields/", "one=" + quote(text), FORM)
    ask("POST", "/fields/", part("char", text) + "--BB--\r\n", MULTI)
