#pragma once

#include <cstdint>

/// The tables of the journal. Private to journal.cpp.
namespace certbroker::issuance {

inline constexpr std::int64_t schema_version = 2;

/// The events of a request lie together and in order (their key), so that an event costs one page. The partial indices
/// hold what is asked for by those who look for work.
inline constexpr const char *schema = R"sql(
CREATE TABLE requests(
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    state INTEGER NOT NULL,
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    subject TEXT NOT NULL,
    key_id TEXT NOT NULL,
    csr BLOB NOT NULL,
    replaces TEXT NOT NULL,
    store TEXT NOT NULL,
    key_uri TEXT NOT NULL,
    friendly_name TEXT NOT NULL,
    provider TEXT NOT NULL,
    authority TEXT NOT NULL,
    authority_location TEXT NOT NULL,
    profile TEXT NOT NULL,
    order_settings TEXT NOT NULL,
    token BLOB NOT NULL,
    next_try INTEGER NOT NULL,
    reference TEXT NOT NULL,
    reason TEXT NOT NULL,
    message TEXT NOT NULL,
    chain BLOB NOT NULL,
    thumbprint TEXT NOT NULL,
    install INTEGER NOT NULL,
    trust_root INTEGER NOT NULL,
    exportable INTEGER NOT NULL,
    archive_old INTEGER NOT NULL,
    allow_differences INTEGER NOT NULL,
    remedy TEXT NOT NULL DEFAULT '',
    sent_at INTEGER NOT NULL DEFAULT 0,
    not_after INTEGER NOT NULL DEFAULT 0,
    allow_weak INTEGER NOT NULL DEFAULT 0,
    renewal_seconds INTEGER NOT NULL DEFAULT 0,
    exact INTEGER NOT NULL DEFAULT 0,
    request_message BLOB NOT NULL DEFAULT x'');
CREATE INDEX requests_by_key ON requests(key_id);
CREATE INDEX requests_by_thumbprint ON requests(thumbprint) WHERE thumbprint <> '';
CREATE INDEX requests_by_replaced ON requests(replaces) WHERE replaces <> '';
CREATE INDEX requests_open ON requests(state) WHERE state IN (1, 2, 3, 4, 7, 8);
CREATE TABLE events(
    request INTEGER NOT NULL REFERENCES requests(number),
    position INTEGER NOT NULL,
    at INTEGER NOT NULL,
    state INTEGER NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY(request, position)) WITHOUT ROWID;
PRAGMA user_version = 2;
)sql";

/// From version 1. Nobody had to say then that differences are taken, so nobody has said it.
inline constexpr const char *upgrade_1 = R"sql(
ALTER TABLE requests ADD COLUMN remedy TEXT NOT NULL DEFAULT '';
ALTER TABLE requests ADD COLUMN sent_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN not_after INTEGER NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN allow_weak INTEGER NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN renewal_seconds INTEGER NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN exact INTEGER NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN request_message BLOB NOT NULL DEFAULT x'';
UPDATE requests SET allow_differences = 0 WHERE state IN (1, 2, 3, 4, 7, 8);
PRAGMA user_version = 2;
)sql";

/// In the order of bind_all and read_record; those after `replaces` may change on the way.
#define CERTBROKER_FIXED_COLUMNS "id, created, subject, key_id, csr, replaces, request_message"
#define CERTBROKER_MOVING_COLUMNS                                                                                      \
    "state, changed, store, key_uri, friendly_name, provider, authority, authority_location, profile, "                \
    "order_settings, "                                                                                                 \
    "token, next_try, reference, reason, message, chain, thumbprint, install, trust_root, exportable, archive_old, "   \
    "allow_differences, remedy, sent_at, not_after, allow_weak, renewal_seconds, exact"
inline constexpr int fixed_columns = 7;
inline constexpr int moving_columns = 28;

} // namespace certbroker::issuance
