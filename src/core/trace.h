// How long each stage took.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace mien {

struct StageTime {
  std::string stage;
  std::int64_t duration_us = 0;  // summed over calls
  int calls = 0;
};

// Sums up times by stage name, in order of first use. Not thread safe: one per session.
class Trace {
 public:
  // Measures from construction to destruction. `stage` must be a literal or outlive the span.
  class Span {
   public:
    Span(Trace* trace, const char* stage) : trace_(trace), stage_(stage), start_(Clock::now()) {}
    ~Span() {
      trace_->add(stage_,
                  std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start_).count());
    }
    Span(const Span&) = delete;
    Span& operator=(const Span&) = delete;

   private:
    using Clock = std::chrono::steady_clock;
    Trace* trace_;
    const char* stage_;
    Clock::time_point start_;
  };

  Span span(const char* stage) { return {this, stage}; }
  void add(const char* stage, std::int64_t duration_us);
  void clear() { stages_.clear(); }
  const std::vector<StageTime>& stages() const { return stages_; }

 private:
  std::vector<StageTime> stages_;
};

}  // namespace mien
