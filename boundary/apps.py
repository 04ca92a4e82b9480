from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class BoundaryConfig(AppConfig):
    name = "boundary"

    def ready(self) -> None:
        from boundary.limits.sign_in import forget_attempts

        user_logged_in.connect(forget_attempts, dispatch_uid="boundary.forget_attempts")
