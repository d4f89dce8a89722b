#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"

/// Rows are ratios of two medians taken in the same run, so that they mean the same on another machine.
namespace bench {

/// Seconds one call takes: the median of `samples` samples of `batch` calls each.
inline double median_seconds(int samples, int batch, const std::function<void()> &body) {
    body(); // first use fills caches
    std::vector<double> times;
    for (int i = 0; i < samples; ++i) {
        const auto start = std::chrono::steady_clock::now();
        for (int j = 0; j < batch; ++j)
            body();
        times.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / batch);
    }
    std::nth_element(times.begin(), times.begin() + samples / 2, times.end());
    return times[static_cast<std::size_t>(samples) / 2];
}

/// Two bodies measured in turns, so that a busy moment of the machine hits both.
struct Pair {
    double floor, measured;
};
inline Pair compare(int samples, int batch, const std::function<void()> &floor, const std::function<void()> &measured) {
    floor();
    measured();
    std::vector<double> floors;
    std::vector<double> measureds;
    const auto time = [batch](const std::function<void()> &body) {
        const auto start = std::chrono::steady_clock::now();
        for (int j = 0; j < batch; ++j)
            body();
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / batch;
    };
    for (int i = 0; i < samples; ++i) {
        floors.push_back(time(floor));
        measureds.push_back(time(measured));
    }
    const auto median = [](std::vector<double> &values) {
        std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
        return values[values.size() / 2];
    };
    return {median(floors), median(measureds)};
}

inline void row(const char *name, double limit, const Pair &pair) {
    const double ratio = pair.measured / pair.floor;
    std::printf("%-28s %8.2f %10.1f us %10.1f us   (at most %.1f: %s)\n", name, ratio, pair.floor * 1e6,
                pair.measured * 1e6, limit, ratio <= limit ? "ok" : "TOO SLOW");
    std::fflush(stdout);
}

/// A failure in a benchmark is a broken benchmark.
template<class T>
T must(certbroker::Result<T> result) {
    if (!result) {
        std::fprintf(stderr, "bench: %s\n", certbroker::describe(result.error()).c_str());
        std::exit(1);
    }
    return *std::move(result);
}
inline void must(const certbroker::Result<void> &result) {
    if (!result) {
        std::fprintf(stderr, "bench: %s\n", certbroker::describe(result.error()).c_str());
        std::exit(1);
    }
}

void csr_rows();
void pfx_rows();
void store_rows(const std::string &folder);
void issuance_rows(const std::string &folder, const std::string &plugin_folder);
/// `lab` is the folder of a running certbroker-lab digicert, which listens on `port`.
void lab_rows(const std::string &folder, const std::string &plugin_folder, const std::string &port,
              const std::string &lab);
/// `program` is certbroker-bench-scep, `lab_program` certbroker-lab; both with their whole paths.
void scep_rows(const std::string &folder, const std::string &plugin_folder, const std::string &program,
               const std::string &lab_program);

} // namespace bench
