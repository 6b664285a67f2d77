"""What of Schemathesis' cases is no finding of this interface, told in one place."""

import schemathesis


@schemathesis.hook
def filter_case(context, case):
    """An operation with a described header also gets an unknown one, which is expected to be refused.

    HTTP has it the other way: a header that is not understood is ignored (RFC 9110, section 5.1).
    """
    return "x-schemathesis-unknown-property" not in {name.lower() for name in case.headers or {}}
