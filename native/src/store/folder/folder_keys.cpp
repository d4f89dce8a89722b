#include "store/folder/folder_keys.hpp"

#include <chrono>

#include "base/encoding.hpp"
#include "base/errors.hpp"
#include "base/fault.hpp"
#include "store/common.hpp"
#include "store/errors.hpp"
#include "store/folder/key_file.hpp"
#include "store/key_uri.hpp"

namespace certbroker::store {

namespace fs = std::filesystem;

std::string FolderKeys::uri(ByteView sha256) const {
    return KeyUri{"folder", files_.location(), to_bytes(sha256)}.to_string();
}

fs::path FolderKeys::path(ByteView sha256) const {
    return files_.keys() / (to_hex(sha256) + ".pem");
}

Result<crypto::KeyHandle> FolderKeys::store(const crypto::KeyHandle &key, bool exportable) const {
    const Bytes &sha256 = key->public_key().sha256();
    const auto why = [](Error cause) { return store_error("The private key could not be stored", std::move(cause)); };
    fault::point("folder.keys");
    if (auto made = file::make_folder(files_.keys(), file::Access::owner); !made) return why(std::move(made).error());
    CERTBROKER_TRY(const SecretBytes text, write_key_file(*key, exportable));
    auto written = file::write_atomic(path(sha256), text, file::Access::owner, false, "folder.key");
    if (written) return crypto::rebind_key(key, uri(sha256), exportable);
    if (written.error().id() != errors::file_exists.id) return why(std::move(written).error());
    CERTBROKER_TRY(crypto::KeyHandle kept, open(sha256));
    if (!kept->exportable() || exportable) return kept;
    // What one importer forbids, an earlier one's permission does not give back.
    if (auto again = file::write_atomic(path(sha256), text, file::Access::owner, true, "folder.key"); !again)
        return why(std::move(again).error());
    return crypto::rebind_key(kept, uri(sha256), false);
}

Result<SecretBytes> FolderKeys::read(ByteView sha256) const {
    auto text = file::read_secret(path(sha256), max_key_file);
    if (text) return text;
    if (text.error().status() == Status::not_found) return key_missing(uri(sha256));
    return store_error("The private key " + uri(sha256) + " could not be opened", std::move(text).error());
}

Result<void> FolderKeys::check(ByteView sha256) const {
    CERTBROKER_TRY(const SecretBytes text, read(sha256));
    if (key_file_says(text, sha256)) return {};
    // Put there by hand, or damaged: opening it tells.
    CERTBROKER_CHECK(open(sha256));
    return {};
}

Result<crypto::KeyHandle> FolderKeys::open(ByteView sha256) const {
    CERTBROKER_TRY(const SecretBytes text, read(sha256));
    const auto damaged = [&] {
        return fail(errors::store_damaged,
                    "The private key in '" + file::from_path(path(sha256)) + "' could not be read")
            .in("store.folder");
    };
    auto key = crypto::import_key(text, Secret(), uri(sha256), key_file_is_exportable(text));
    if (!key) return damaged().because(std::move(key).error());
    if (!equal((*key)->public_key().sha256(), sha256))
        return damaged().because(
            fail(errors::store_damaged, "The key could not be used: it is another one than its name says"));
    return key;
}

void FolderKeys::describe(ByteView sha256, Entry &entry) const {
    // Read as a secret: the key stands behind the lines that are wanted.
    const auto text = file::read_secret(path(sha256), max_key_file);
    if (!text) return;
    entry.key_uri = uri(sha256);
    entry.exportable = key_file_is_exportable(*text);
}

Result<bool> FolderKeys::remove(ByteView sha256) const {
    fault::point("folder.remove-key");
    auto removed = file::remove(path(sha256));
    fault::point("folder.remove-key");
    if (!removed)
        return store_error("The private key " + uri(sha256) + " could not be removed", std::move(removed).error());
    sweep();
    return removed;
}

void FolderKeys::sweep() const {
    // With the exclusive lock nobody is writing: every temporary file belongs to a writer that died, and holds a key
    // that nobody was ever told of.
    const auto names = file::list(files_.keys());
    if (!names) return;
    for (const std::string &name : *names) {
        if (name.starts_with('.') && name.ends_with(".tmp"))
            (void)file::remove_quietly(files_.keys() / file::to_path(name));
    }
}

} // namespace certbroker::store
