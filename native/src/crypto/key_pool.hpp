#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "base/result.hpp"
#include "crypto/key.hpp"

namespace certbroker::crypto {

/// Makes keys ahead on all processors while somebody is busy with the ones before: an RSA key takes longer than all the
/// rest of a request. Thread-safe. What nobody takes is wiped.
class KeyPool {
public:
    KeyPool();
    ~KeyPool(); ///< waits for the threads, which stop at once
    KeyPool(const KeyPool &) = delete;
    KeyPool &operator=(const KeyPool &) = delete;

    /// Keeps so many keys ready from now on, of the kind that is taken next; 0 stops, drops them and waits for the
    /// threads. At most 64.
    void keep_ahead(std::size_t keys);
    /// A key that was made ahead, the next one that will be, or, where nothing is kept ahead, one made now. Elliptic
    /// curve keys are made now: that costs less than fetching one. `cancelled` as in generate_key.
    Result<KeyHandle> take(const KeySpec &spec, const std::function<bool()> &cancelled);

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace certbroker::crypto
