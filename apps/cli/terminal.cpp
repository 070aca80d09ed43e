#include "terminal.h"

#include <signal.h>
#include <unistd.h>

#include <cstdio>

#include "media/file_io.h"

namespace mien::cli {

ExitCode exit_code_for(Code code) {
  switch (code) {
    case Code::kInvalidArgument:
      return kBadArguments;
    case Code::kNotFound:
    case Code::kUnreadable:
    case Code::kLimit:
      return kUnreadableMedia;
    case Code::kUnwritable:
    case Code::kInternal:
      return kFailed;
    case Code::kModelRefused:
      return kModelRefused;
    case Code::kNoFace:
      return kNoUsableFace;
    case Code::kDeclined:
      return kDeclined;
    case Code::kLabelPolicy:
      return kLabelPolicy;
    case Code::kCancelled:
      return kStopped;
  }
  return kFailed;
}

int report_error(const Status& status) {
  std::fprintf(stderr, "mien: %s\n", status.message().c_str());
  return exit_code_for(status.code());
}

void remark(const std::string& sentence) { std::fprintf(stderr, "mien: %s\n", sentence.c_str()); }

Progress::Progress(bool wanted) : shown_(wanted && isatty(STDERR_FILENO) == 1) {}

void Progress::step(const std::string& text) {
  if (!shown_) return;
  std::fprintf(stderr, "\r\033[K%s ...", text.c_str());
  std::fflush(stderr);
}

void Progress::clear() {
  if (!shown_) return;
  std::fprintf(stderr, "\r\033[K");
  std::fflush(stderr);
}

namespace {

extern "C" void stop(int) {
  remove_unfinished_files();
  static constexpr char kText[] = "\nmien: stopped; nothing was written\n";
  [[maybe_unused]] const auto written = write(STDERR_FILENO, kText, sizeof kText - 1);
  _exit(kStopped);
}

}  // namespace

void stop_cleanly_on_signals() {
  struct sigaction action {};
  action.sa_handler = stop;
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaction(number, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);  // writing beyond a size limit then fails like a full disk
}

}  // namespace mien::cli
