"""All addresses of the service. Each side adds its own below /api/v1/."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from config.pages import ApiRoot, LandingPage, nothing_here

admin.site.site_header = admin.site.site_title = "Products"

urlpatterns = [
    path("api/v1/", include("products_read.api.urls")),
    path("api/v1/", include("products_write.api.urls")),
    path("api/v1/", ApiRoot.as_view(), name="api-root"),
    path("", LandingPage.as_view(), name="landing"),
    path("admin", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("api/auth/", include("rest_framework.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
    # Last, so that it takes all other addresses of the API. handler404 is not enough: with DEBUG Django shows its
    # own page instead.
    re_path(r"^api(/|$)", nothing_here, name="nothing"),
]

handler400 = "boundary.responses.problem_pages.bad_request"
handler403 = "boundary.responses.problem_pages.permission_denied"
handler404 = "boundary.responses.problem_pages.not_found"
handler500 = "boundary.responses.problem_pages.server_error"
