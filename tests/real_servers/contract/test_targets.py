"""The contract of every service file, word for word, with storage that nobody here wrote: radosgw, and Rails."""

from tests.contract.test_limits import (
    test_largest_file,
    test_largest_files_together,
    test_one_byte_more_than_the_sign_answer_says,
)
from tests.contract.test_targets import (
    test_empty_file,
    test_name_that_is_no_text,
    test_names,
    test_one_file,
    test_plain_lines,
    test_several_files,
)

__all__ = [
    "test_empty_file",
    "test_largest_file",
    "test_largest_files_together",
    "test_name_that_is_no_text",
    "test_names",
    "test_one_byte_more_than_the_sign_answer_says",
    "test_one_file",
    "test_plain_lines",
    "test_several_files",
]
