from tests.kit.stack import session_stack, shared_stack, stack, stack_settings  # noqa: F401 - fixtures
