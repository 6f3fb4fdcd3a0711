"""What classes of database drivers and HTTP clients offer: methods that are awaited, others, and placeholders.

Held against the installed drivers by ``tests/rules/test_drivers.py``.
"""

from __future__ import annotations

from typing import NamedTuple


class Members(NamedTuple):
    """The public members of a class."""

    awaited: frozenset[str]
    """Methods whose result has to be awaited."""
    plain: frozenset[str]
    """Methods that are not awaited, and attributes."""

    @property
    def all(self) -> frozenset[str]:
        """Both."""
        return self.awaited | self.plain


def _members(awaited: str, plain: str) -> Members:
    return Members(frozenset(awaited.split()), frozenset(plain.split()))


_DBAPI_ERRORS = (
    "DataError DatabaseError Error IntegrityError InterfaceError InternalError NotSupportedError OperationalError "
    "ProgrammingError Warning"
)
_PSQLPY_SQL = "execute execute_batch execute_many fetch fetch_row fetch_val prepare"
_PSQLPY_PLACE = "conn_dbname host_addrs hosts options ports user"
_MYSQL_ASYNC = (
    "autocommit begin commit ensure_closed kill next_result ping query rollback select_db set_charset"
)
_MYSQL_PLAIN = (
    "affected_rows character_set_name close cursor escape escape_string get_autocommit get_host_info get_proto_info "
    "get_server_info get_transaction_status insert_id last_usage literal loop thread_id write_packet"
)

CLASSES: dict[str, Members] = {
    "asyncpg.Connection": _members(
        "add_listener close copy_from_query copy_from_table copy_records_to_table copy_to_table execute executemany "
        "fetch fetchmany fetchrow fetchval prepare reload_schema_state remove_listener reset reset_type_codec "
        "set_builtin_type_codec set_type_codec",
        "add_log_listener add_query_logger add_termination_listener cursor get_reset_query get_server_pid "
        "get_server_version get_settings is_closed is_in_transaction query_logger remove_log_listener "
        "remove_query_logger remove_termination_listener terminate transaction",
    ),
    "asyncpg.Pool": _members(
        "close copy_from_query copy_from_table copy_records_to_table copy_to_table execute executemany "
        "expire_connections fetch fetchmany fetchrow fetchval release",
        "acquire get_idle_size get_init_size get_max_size get_min_size get_size is_closing set_connect_args terminate",
    ),
    "psqlpy.Connection": _members(
        f"{_PSQLPY_SQL} binary_copy_to_table copy_records_to_table",
        f"{_PSQLPY_PLACE} close cursor in_transaction is_closed transaction",
    ),
    "psqlpy.Transaction": _members(
        f"{_PSQLPY_SQL} begin binary_copy_to_table commit copy_records_to_table create_savepoint pipeline "
        "release_savepoint rollback rollback_savepoint",
        f"{_PSQLPY_PLACE} cursor is_closed",
    ),
    "psqlpy.ConnectionPool": _members("connection", "acquire close listener resize status"),
    "psqlpy.Cursor": _members(
        "execute fetchall fetchmany fetchone start",
        f"{_PSQLPY_PLACE} array_size close is_closed parameters querystring",
    ),
    "psycopg.AsyncConnection": _members(
        "cancel_safe close commit connect execute rollback set_autocommit set_deferrable set_isolation_level "
        "set_read_only tpc_begin tpc_commit tpc_prepare tpc_recover tpc_rollback wait",
        f"{_DBAPI_ERRORS} adapters add_notice_handler add_notify_handler autocommit broken cancel closed connection "
        "cursor deferrable fileno info isolation_level notifies pipeline prepare_threshold prepared_max read_only "
        "remove_notice_handler remove_notify_handler transaction xid cursor_factory server_cursor_factory pgconn lock "
        "row_factory",
    ),
    "psycopg.AsyncCursor": _members(
        "close execute executemany fetchall fetchmany fetchone scroll set_result",
        "adapters arraysize closed connection copy description format nextset pgresult results row_factory rowcount "
        "rownumber setinputsizes setoutputsize statusmessage stream itersize name withhold scrollable",
    ),
    "psycopg_pool.AsyncConnectionPool": _members(
        "check check_connection close drain getconn open putconn reconnect_failed resize schedule_task wait worker",
        "closed connection get_stats max_size min_size pop_stats run_task name conninfo kwargs timeout",
    ),
    "aiomysql.Connection": _members(
        f"{_MYSQL_ASYNC} caching_sha2_password_auth sha256_password_auth show_warnings",
        f"{_DBAPI_ERRORS} {_MYSQL_PLAIN} charset closed db echo encoding host port unix_socket",
    ),
    "aiomysql.Cursor": _members(
        "callproc close execute executemany fetchall fetchmany fetchone nextset scroll",
        f"{_DBAPI_ERRORS} arraysize closed connection description echo lastrowid max_stmt_length mogrify rowcount "
        "rownumber setinputsizes setoutputsizes",
    ),
    "aiomysql.Pool": _members(
        "clear release wait_closed",
        "acquire close closed echo freesize get_loop maxsize minsize size terminate",
    ),
    "asyncmy.Connection": _members(
        f"{_MYSQL_ASYNC} connect prepare read_packet show_warnings",
        f"{_DBAPI_ERRORS} {_MYSQL_PLAIN} connected server_status",
    ),
    "asyncmy.Pool": _members(
        "clear fill_free_pool release wait_closed",
        "acquire close cond echo freesize get_loop maxsize minsize size terminate",
    ),
    "aiosqlite.Connection": _members(
        "backup close commit create_function cursor enable_load_extension execute execute_fetchall execute_insert "
        "executemany executescript interrupt load_extension rollback set_authorizer set_progress_handler "
        "set_trace_callback",
        "in_transaction isolation_level iterdump row_factory stop text_factory total_changes",
    ),
    "aiosqlite.Cursor": _members(
        "close execute executemany executescript fetchall fetchmany fetchone",
        "arraysize connection description lastrowid row_factory rowcount",
    ),
    "sqlalchemy.AsyncSession": _members(
        "aclose close close_all commit connection delete delete_all execute flush get get_one invalidate merge "
        "merge_all refresh reset rollback run_sync scalar scalars stream stream_scalars",
        "add add_all autoflush begin begin_nested bind binds deleted dirty execution_options expire expire_all expunge "
        "expunge_all get_async_bind get_bind get_nested_transaction get_transaction identity_key identity_map "
        "in_nested_transaction "
        "in_transaction info is_active is_modified new no_autoflush object_session sync_session sync_session_class",
    ),
    "sqlalchemy.AsyncConnection": _members(
        "aclose close commit exec_driver_sql execute execution_options get_isolation_level get_raw_connection "
        "invalidate rollback run_sync scalar scalars start",
        "begin begin_nested closed connection default_isolation_level dialect engine get_nested_transaction "
        "get_transaction in_nested_transaction in_transaction info invalidated stream stream_scalars sync_connection "
        "sync_engine",
    ),
    "sqlalchemy.AsyncEngine": _members(
        "dispose raw_connection",
        "begin clear_compiled_cache connect dialect driver echo engine execution_options get_execution_options name "
        "pool sync_engine update_execution_options url",
    ),
    "sqlalchemy.Result": _members(
        "",
        "all close closed columns fetchall fetchmany fetchone first freeze keys mappings merge one one_or_none "
        "partitions rowcount scalar scalar_one scalar_one_or_none scalars t tuples unique yield_per",
    ),
    "sqlalchemy.ScalarResult": _members(
        "", "all close closed fetchall fetchmany first one one_or_none partitions unique yield_per"
    ),
    "httpx.Response": _members(
        "aclose aread",
        "aiter_bytes aiter_lines aiter_raw aiter_text charset_encoding close content cookies elapsed encoding "
        "has_redirect_location http_version is_client_error is_error is_informational is_redirect is_server_error "
        "is_success iter_bytes iter_lines iter_raw iter_text json links num_bytes_downloaded raise_for_status read "
        "reason_phrase request text url",
    ),
    "httpx.AsyncClient": _members(
        "aclose delete get head options patch post put request send",
        "auth base_url build_request cookies event_hooks headers is_closed params stream timeout trust_env",
    ),
    "aiohttp.ClientResponse": _members(
        "json read start text wait_for_close",
        "charset close closed connection content content_disposition content_length content_type cookies "
        "get_encoding headers history host links method ok raise_for_status raw_headers real_url reason release "
        "request_info status url version output_size upload_complete url_obj",
    ),
}
"""By the package's name and the class's."""

ENTERED = frozenset(
    {
        "acquire",
        "transaction",
        "begin",
        "begin_nested",
        "cursor",
        "pipeline",
        "stream",
        "connect",
        "connection",
    }
)
"""Methods whose result is entered with ``async with`` and not awaited, whatever the driver."""

VARARGS = frozenset({"asyncpg"})
"""Drivers that take the parameters one by one; the others take them as one sequence."""
PLACEHOLDERS = {
    "asyncpg": "$",
    "psqlpy": "$",
    "psycopg": "%",
    "aiomysql": "%",
    "asyncmy": "%",
    "aiosqlite": "?",
    "sqlalchemy": ":",
}
"""How a driver's statements spell their parameters."""


def members(dotted: str) -> Members | None:
    """The members of a class by its dotted name, from whatever module of the package it was imported."""
    return CLASSES.get(f"{dotted.partition('.')[0]}.{dotted.rpartition('.')[2]}")
