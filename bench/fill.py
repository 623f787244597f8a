"""Fills a store of the product with old updates and turns.

Usage: fill.py STORE COUNT CHATS FIRST_CHAT

The store has one answered turn, which the product itself has written. All it consists of is
multiplied, whatever columns the tables have: an update, a turn, its message, its post, its lines of
the audit, and a conversation for ten turns each. They belong to the people who write in the
benchmark, and end between 80 and 8 days ago: their text is forgotten, their rows are not. The turns
that the product has written itself come before them: numbers rise with the time.
"""

import sqlite3
import sys
import time

DAY = 86_400_000
TURNS_OF_CONVERSATION = 10


def columns(store: sqlite3.Connection, table: str) -> list[str]:
    """The names of a table's columns."""
    return [row[1] for row in store.execute(f"PRAGMA table_info({table})")]


def multiply(store: sqlite3.Connection, table: str, where: str, count: int, changes: dict[str, str]) -> None:
    """Copies the rows that `where` names `count` times, each copy `i` with its changes."""
    names = [name for name in columns(store, table) if changes.get(name) != "own"]
    values = ", ".join(changes.get(name, f"o.{name}") for name in names)
    store.execute(
        f"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {count}), "
        f"o AS MATERIALIZED (SELECT * FROM {table} WHERE {where}) "
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM n, o"
    )


def main() -> None:
    """Fills it in one transaction."""
    path, count, chats, first_chat = sys.argv[1], *map(int, sys.argv[2:5])
    store = sqlite3.connect(path, isolation_level=None)
    store.execute("PRAGMA synchronous = OFF")
    store.execute("PRAGMA cache_size = -500000")
    turn, conversation, update = store.execute(
        "SELECT id, conversation, first_update FROM turns WHERE state = 'answered' ORDER BY id DESC LIMIT 1"
    ).fetchone()
    after = {
        table: store.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").fetchone()[0]
        for table in ("turns", "conversations", "outbox")
    }
    begin = int(time.time() * 1000) - 80 * DAY
    at = f"{begin} + i * {72 * DAY} / {count}"
    chat = f"{first_chat} + i % {chats}"
    of_conversation = f"{after['conversations']} + i / {chats * TURNS_OF_CONVERSATION} * {chats} + i % {chats}"
    conversations = max(count // TURNS_OF_CONVERSATION, chats)
    of_turn = {"chat": chat, "turn": f"{after['turns']} + i", "update_id": "1000000 + i", "message": "1 + i"}
    times = {name: at for name in ("at", "received_at", "opened_at", "submitted_at", "posted_at", "ended_at")}
    store.execute("BEGIN")
    store.execute(f"UPDATE turns SET opened_at = {begin}, submitted_at = {begin}, ended_at = {begin}")
    multiply(store, "conversations", f"id = {conversation}", conversations, {
        "id": f"{after['conversations']} + i",
        "chat": chat,
        "user": chat,
        "principal": f"'telegram:' || ({chat})",
        "context_id": "'old-' || i",
        "opened_at": f"{begin} + i",
        "closed_at": f"{begin + 72 * DAY} + i",
        "used_at": f"{begin + 72 * DAY} + i",
        "words": "NULL",
        "words_at": "NULL",
        "words_of": "NULL",
    })
    multiply(store, "updates", f"update_id = {update}", count, times | of_turn | {"body": "NULL"})
    multiply(store, "turns", f"id = {turn}", count, times | {
        "id": of_turn["turn"],
        "conversation": of_conversation,
        "chat": chat,
        "asked_by": chat,
        "first_update": of_turn["update_id"],
        "reply_to": of_turn["message"],
        "text": "''",
        "prompt_id": "'prompt-' || i",
        "task_id": "'task-' || i",
    })
    multiply(store, "turn_updates", f"turn = {turn}", count, of_turn)
    multiply(store, "turn_messages", f"turn = {turn}", count, of_turn)
    multiply(store, "outbox", f"turn = {turn} AND message_id IS NOT NULL", count, times | of_turn | {
        "id": f"{after['outbox']} + i",
        "seq": "1000 + i",
        "message_id": "100000000 + i",
        "body": "NULL",
    })
    multiply(store, "audit", f"turn = {turn}", count, times | of_turn | {"id": "own", "user": chat})
    store.execute("COMMIT")
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()


main()
