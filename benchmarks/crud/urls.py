"""The addresses of the baseline."""

from rest_framework.routers import SimpleRouter

from benchmarks.crud.api import CarefulRatingViewSet, ProductViewSet, RatingViewSet

router = SimpleRouter()
router.register("products", ProductViewSet, "product")
router.register("ratings", RatingViewSet, "rating")
router.register("careful-ratings", CarefulRatingViewSet, "careful-rating")
urlpatterns = router.urls
