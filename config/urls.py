"""Every address of the service; each side brings its own under /api/v1/."""

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
    re_path(r"^api(/|$)", nothing_here, name="nothing"),  # with DEBUG too, which has a page of its own for it
]

handler400 = "boundary.responses.problem_pages.bad_request"
handler403 = "boundary.responses.problem_pages.permission_denied"
handler404 = "boundary.responses.problem_pages.not_found"
handler500 = "boundary.responses.problem_pages.server_error"
