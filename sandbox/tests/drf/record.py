"""Asks a real Django REST framework, and records what it responds: `record.py [OUT]`, needs django djangorestframework drf-yasg django-filter setuptools.

Writes document.json, which drf-yasg makes of the views below, and responses.jsonl, which tests/drf.rs replays on the sandbox.
"""
import json, sys, types
from pathlib import Path
import django
from django.conf import settings

OUT = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent)
settings.configure(
    SECRET_KEY="x", ROOT_URLCONF="urls", ALLOWED_HOSTS=["*"], TIME_ZONE="UTC", DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "rest_framework", "rest_framework.authtoken", "django_filters", "drf_yasg"],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware", "django.middleware.clickjacking.XFrameOptionsMiddleware"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    REST_FRAMEWORK={"DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
                    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"], "DEFAULT_AUTHENTICATION_CLASSES": []},
)
django.setup()
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, models
from django.test import Client
from django.urls import include, path
from django_filters.rest_framework import DjangoFilterBackend
from drf_yasg import openapi
from drf_yasg.generators import OpenAPISchemaGenerator
from drf_yasg.utils import swagger_auto_schema
from rest_framework import authentication, filters, generics, pagination, permissions, response, serializers, serializers as s, views, viewsets
from rest_framework.authtoken.models import Token
from rest_framework.routers import SimpleRouter


class Auth(authentication.TokenAuthentication):
    keyword = "APIToken"


class Pages(pagination.PageNumberPagination):
    page_size, page_size_query_param = 20, "page_size"


class Tag(models.Model):
    name = models.CharField(max_length=20)

    class Meta:
        app_label = "auth"


class Thing(models.Model):
    name = models.CharField(max_length=10)
    vin = models.CharField(max_length=17, unique=True)
    kind = models.CharField(max_length=5, choices=[("a", "A"), ("b", "B")], default="a")
    number = models.IntegerField(null=True, blank=True)
    tag = models.ForeignKey(Tag, null=True, blank=True, on_delete=models.CASCADE)
    tags = models.ManyToManyField(Tag, blank=True, related_name="+")
    active = models.BooleanField(default=False)
    plate = models.CharField(max_length=10, blank=True, default="")
    when = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "auth"


def model(kind):
    return type(kind.__name__, (s.ModelSerializer,), {"Meta": type("Meta", (), {"model": kind, "fields": "__all__"})})


class Sub(s.Serializer):
    x, y = s.FloatField(), s.IntegerField(required=False)


class Fields(s.Serializer):
    char = s.CharField(required=False, max_length=5, min_length=2)
    one = s.CharField(required=False)
    blank = s.CharField(required=False, allow_blank=True)
    nul = s.CharField(required=False, allow_null=True)
    integer = s.IntegerField(required=False, min_value=1, max_value=9)
    big = s.IntegerField(required=False, max_value=9223372036854775807, min_value=-9223372036854775808)
    flt = s.FloatField(required=False, min_value=1, max_value=9)
    dec = s.DecimalField(required=False, max_digits=20, decimal_places=4)
    boolean, nbool = s.BooleanField(required=False), s.BooleanField(required=False, allow_null=True)
    dt, date, uuid = s.DateTimeField(required=False), s.DateField(required=False), s.UUIDField(required=False)
    email, url, slug = s.EmailField(required=False), s.URLField(required=False), s.SlugField(required=False)
    regex = s.RegexField(r"^a+$", required=False)
    choice = s.ChoiceField(["a", "b"], required=False)
    bchoice = s.ChoiceField(["a", "b", ""], required=False)
    nchoice = s.ChoiceField([1, 2], required=False)
    mchoice = s.MultipleChoiceField(choices=["a", "b"], required=False)
    lst = s.ListField(child=s.IntegerField(), required=False, min_length=2, max_length=3)
    clst = s.ListField(child=s.CharField(), required=False)
    dct, js = s.DictField(child=s.IntegerField(), required=False), s.JSONField(required=False)
    sub, subs = Sub(required=False), Sub(many=True, required=False)
    tag = s.PrimaryKeyRelatedField(queryset=Tag.objects.all(), required=False)
    tags = s.PrimaryKeyRelatedField(queryset=Tag.objects.all(), many=True, required=False)
    ro = s.CharField(read_only=True)


class Deep(s.Serializer):
    a = type("DeepA", (s.Serializer,), {"b": Sub()})()


class Extra(s.Serializer):
    ip4, ip6 = s.IPAddressField(protocol="IPv4", required=False), s.IPAddressField(protocol="IPv6", required=False)
    bool = s.BooleanField(required=False)
    ll = s.ListField(child=s.ListField(child=s.IntegerField()), required=False)
    dd = s.DictField(child=s.DictField(child=s.IntegerField()), required=False)
    ld = s.ListField(child=s.DictField(child=s.IntegerField()), required=False)
    nl = s.ListField(child=s.IntegerField(allow_null=True), allow_null=True, required=False)
    lany, dany = s.ListField(required=False), s.DictField(required=False)
    wo = s.CharField(write_only=True, required=False)
    njs = s.JSONField(allow_null=True, required=False)
    nint, nflt = s.IntegerField(allow_null=True, required=False), s.FloatField(allow_null=True, required=False)
    ndt, ndate, nuuid = s.DateTimeField(allow_null=True, required=False), s.DateField(allow_null=True, required=False), s.UUIDField(allow_null=True, required=False)
    nchar, nblank = s.CharField(allow_null=True, required=False), s.CharField(allow_null=True, allow_blank=True, required=False)
    nemail, nurl = s.EmailField(allow_null=True, required=False), s.URLField(allow_null=True, required=False)
    nch = s.ChoiceField(["a"], allow_null=True, required=False)
    flim = s.FloatField(min_value=0.5, max_value=1.5, required=False)
    clim = s.CharField(min_length=2, max_length=5, required=False)
    tag = s.PrimaryKeyRelatedField(queryset=Tag.objects.all(), allow_null=True, required=False)
    deep = Deep(required=False)
    nsubs = Sub(many=True, allow_null=True, required=False)


class Forms(s.Serializer):
    b, m, l, s = s.BooleanField(), s.MultipleChoiceField(choices=["a", "b"]), s.ListField(child=s.IntegerField()), Sub()
    tags = serializers.PrimaryKeyRelatedField(queryset=Tag.objects.all(), many=True)


class Required(s.Serializer):
    a, b, l = s.CharField(), s.IntegerField(), s.ListField(child=s.CharField())
    sub, c = Sub(), s.ChoiceField(["a"])


class Upload(s.Serializer):
    file, note = s.FileField(), s.CharField(required=False)


class Asked(s.Serializer):
    dev = s.UUIDField()
    groups, texts = s.ListField(child=s.IntegerField(), required=False), s.ListField(child=s.CharField(), required=False)
    ch = s.MultipleChoiceField(choices=["a", "b"], required=False)
    n, t, on = s.IntegerField(required=False), s.CharField(required=False), s.BooleanField(required=False)
    dt = s.DateTimeField(required=False)


def posting(kind, many=False, **more):
    def run(self, request):
        made = kind(data=request.data, many=many, partial=request.method == "PATCH")
        made.is_valid(raise_exception=True)
        return response.Response({})

    view = type(kind.__name__ + "View", (generics.GenericAPIView,), {
        "serializer_class": kind, "queryset": Tag.objects.all(), "name": kind.__name__.replace("ds", "d"), **more})
    for method in ["post", "patch"]:
        answer = {200: openapi.Response("", openapi.Schema(type="object"))}
        # A form's parameters are made of the serializer itself.
        described = {"responses": answer} if "parser_classes" in more else {"responses": answer, "request_body": kind(many=many)}
        setattr(view, method, swagger_auto_schema(**described)(lambda self, request: run(self, request)))
    return view.as_view()


class Query(views.APIView):
    @swagger_auto_schema(query_serializer=Asked, responses={200: openapi.Response("", openapi.Schema(type="object"))})
    def get(self, request):
        made = Asked(data=request.query_params)
        made.is_valid(raise_exception=True)
        return response.Response({})


def crud(kind, **more):
    return type(kind.__name__ + "ViewSet", (viewsets.ModelViewSet,),
                {"queryset": kind.objects.order_by("id"), "serializer_class": model(kind), "pagination_class": Pages, **more})


from rest_framework.parsers import FormParser, MultiPartParser

for view in [views.APIView, generics.GenericAPIView, viewsets.ModelViewSet]:
    view.authentication_classes = [Auth]
routes = SimpleRouter()
routes.register("things", crud(Thing))
FILTERS = [DjangoFilterBackend, filters.OrderingFilter, filters.SearchFilter]
routes.register("tags", crud(Tag, filter_backends=FILTERS, ordering_fields=["id"], search_fields=["name"], filterset_fields={
    "id": ["exact", "in", "gt", "gte", "lt", "lte", "range", "isnull"], "name": ["exact", "iexact", "in", "icontains", "contains", "startswith", "istartswith", "endswith", "isnull"]}))
urls = sys.modules["urls"] = types.ModuleType("urls")
urls.urlpatterns = [
    path("fields/", posting(Fields)), path("extra/", posting(Extra)), path("forms/", posting(Forms)), path("many/", posting(Sub, many=True)),
    path("required/", posting(Required)), path("query/", Query.as_view()),
    path("upload/", posting(Upload, parser_classes=[MultiPartParser, FormParser])), path("login/", posting(Sub, permission_classes=[permissions.AllowAny])),
    path("", include(routes.urls)),
]
call_command("migrate", verbosity=0)
with connection.schema_editor() as editor:
    editor.create_model(Tag)
    editor.create_model(Thing)
Token.objects.create(user=User.objects.create_user("u"), key="0123456789abcdef0123456789abcdef01234567")
for n in range(25):
    Tag.objects.create(name=f"Tag {n + 1}")
    Thing.objects.create(name=f"t{n}", vin=f"V{n}")
info = openapi.Info(title="t", default_version="v1")
document = OpenAPISchemaGenerator(info, version="v1").get_schema(None, public=True)
document = json.loads(json.dumps(document, default=str))
document["securityDefinitions"], document["security"], document["basePath"] = {"t": {"type": "apiKey", "name": "Authorization", "in": "header"}}, [{"t": []}], "/"
document["definitions"]["Fields"]["properties"]["dec"]["format"] = "decimal"  # As a model's.
(OUT / "document.json").write_text(json.dumps(document, indent=1, sort_keys=True) + "\n")

client, lines = Client(raise_request_exception=False), []
JSON, FORM, MULTI = "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=BB"
SHOWN = ["Allow", "WWW-Authenticate", "Location", "X-Frame-Options"]


def ask(method, path, body=None, media=JSON, auth="APIToken 0123456789abcdef0123456789abcdef01234567", accept=None, other=None):
    """Of `bytes` as a body, each is recorded as the character with its number; `other` are more headers."""
    text = body if body is None or isinstance(body, str) else body.decode("latin-1") if isinstance(body, bytes) else json.dumps(body)
    headers = {k: v for k, v in {"HTTP_AUTHORIZATION": auth, "HTTP_ACCEPT": accept}.items() if v is not None}
    headers |= {"HTTP_" + name.upper().replace("-", "_"): value for name, value in (other or {}).items()}
    sent = body if isinstance(body, bytes) else (text or "").encode("utf-8", "surrogatepass")
    got = client.generic(method, path, sent, content_type=media if text is not None else "", **headers)
    # What is made of it is the sandbox's own.
    assert got.status_code < 500, (method, path, text)
    shown = got.content and (got.status_code >= 400 or method == "OPTIONS") and got["Content-Type"] == "application/json"
    response = json.loads(got.content) if shown else None
    page = json.loads(got.content) if got.status_code == 200 and method == "GET" and path.startswith(("/tags/?", "/things/?")) else {}
    seen = page and {"count": page["count"], "ids": [item["id"] for item in page["results"]]}
    # Of an item, what the request set: the rest is the sandbox's own.
    is_item = method in ("POST", "PUT", "PATCH") and got.status_code in (200, 201) and path.startswith(("/tags/", "/things/")) and media == JSON
    stored = {name: value for name, value in json.loads(got.content).items() if name in json.loads(text)} if is_item and text else {}
    lines.append({"method": method, "path": path, "body": text, "media": media if text is not None else None, "auth": auth, "accept": accept,
                  "status": got.status_code, "response": response, "headers": {k: got[k] for k in SHOWN if k in got}, **({"seen": seen} if seen else {}), **({"stored": stored} if stored else {}),
                  **({"bytes": True} if isinstance(body, bytes) else {}), **({"other": other} if other else {})})


def part(name, text, file=None):
    file = "" if file is None else f'; filename="{file}"'
    return f'--BB\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n{text}\r\n'


exec((Path(__file__).parent / "cases.py").read_text())
(OUT / "responses.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
print(len(lines), "responses of Django REST framework", __import__("rest_framework").VERSION)
