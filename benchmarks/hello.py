"""The smallest Django application: one view, no middleware and no database."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path


def hello(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"hello", headers={"Content-Length": "5"})


urlpatterns = [path("", hello)]

settings.configure(
    SECRET_KEY="nothing here is secret", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, DEBUG=False
)
application = get_wsgi_application()
