from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = "Events"

    def ready(self) -> None:
        guard_log_after_migrate(self)
        wake_projections_after_commit()
        catch_up_in_every_sweep()
        register_checks()


# The imports are inside these functions, because models can be imported only when all apps are there.


def guard_log_after_migrate(app: AppConfig) -> None:
    from django.db.models.signals import post_migrate

    from events.log.triggers import install_after_migrate

    post_migrate.connect(install_after_migrate, sender=app, dispatch_uid="events.guards")


def wake_projections_after_commit() -> None:
    from events.delivery.wake_up import project_inline, wake_up
    from events.signals import events_appended, events_committed

    events_appended.connect(project_inline, dispatch_uid="events.project_inline")
    events_committed.connect(wake_up, dispatch_uid="events.wake_up")


def catch_up_in_every_sweep() -> None:
    from events.delivery.sweep import register_sweep
    from events.projections.engine import catch_up_all

    register_sweep("projections", catch_up_all)


def register_checks() -> None:
    from django.core.checks import CheckMessage, register

    def check_events(**_: object) -> list[CheckMessage]:
        from events.checks import check_everything

        return check_everything()

    register(check_events, "events")
