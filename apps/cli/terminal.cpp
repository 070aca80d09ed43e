#include "terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstring>

#include "media/file_io.h"
#include "printable.h"

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
  remark(status.message());
  return exit_code_for(status.code());
}

void remark(const std::string& sentence) { std::fprintf(stderr, "mien: %s\n", printable(sentence).c_str()); }

Done output_is_none_of(const std::vector<std::filesystem::path>& inputs,
                       const std::filesystem::path& output) {
  std::error_code error;
  for (const std::filesystem::path& input : inputs) {
    if (std::filesystem::equivalent(input, output, error))
      return Status(Code::kInvalidArgument,
                    "the output " + output.string() +
                        " is one of the inputs; choose another name, inputs are never overwritten");
  }
  return {};
}

std::string counted(std::size_t n, const char* one, const char* many) {
  return std::to_string(n) + " " + (n == 1 ? one : many);
}

void open_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    // The lowest number that is free is the one that open() gives.
    if (fcntl(stream, F_GETFD) < 0 && open("/dev/null", O_RDWR) != stream) return;
  }
}

int finish_stdout(int code) {
  const bool printed = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  if (printed) return code;
  pollfd reader{STDOUT_FILENO, POLLOUT, 0};
  if (poll(&reader, 1, 0) == 1 && (reader.revents & POLLERR) != 0) return code;
  remark("not all could be printed to stdout; is the disk full?");
  return code == kDone ? kFailed : code;
}

Progress::Progress(bool wanted) : shown_(wanted && isatty(STDERR_FILENO) == 1) {}

void Progress::step(const std::string& text) {
  if (!shown_) return;
  std::fprintf(stderr, "\r\033[K%s ...", printable(text).c_str());
  std::fflush(stderr);
}

void Progress::clear() {
  if (!shown_) return;
  std::fprintf(stderr, "\r\033[K");
  std::fflush(stderr);
}

namespace {

// Fixed memory, because a signal handler may not take locks or allocate. The second text is written while the
// first one counts.
struct StopText {
  char bytes[1024];
  std::size_t size;
  char once_there[4096];
};
constinit StopText stop_texts[2] = {{"\nmien: stopped; nothing was written\n", 36, {}}, {}};
constinit std::atomic<int> stop_text{0};

extern "C" void stop(int) {
  remove_unfinished_files();
  const StopText* text = &stop_texts[stop_text.load()];
  if (text->once_there[0] != 0 && access(text->once_there, F_OK) != 0) text = &stop_texts[0];
  [[maybe_unused]] const auto written = write(STDERR_FILENO, text->bytes, text->size);
  _exit(kStopped);
}

}  // namespace

void say_when_stopped(const std::string& sentence, const std::filesystem::path& once_there) {
  stop_text.store(0);
  std::error_code error;
  const std::string file = once_there.empty() ? "" : std::filesystem::absolute(once_there, error).string();
  if (sentence.empty() || file.size() >= sizeof stop_texts[1].once_there) return;
  const std::string line = "\nmien: stopped; " + sentence.substr(0, 1000) + "\n";
  std::memcpy(stop_texts[1].bytes, line.data(), line.size());
  stop_texts[1].size = line.size();
  std::memcpy(stop_texts[1].once_there, file.c_str(), file.size() + 1);
  stop_text.store(1);
}

void stop_cleanly_on_signals() {
  struct sigaction action {};
  action.sa_handler = stop;
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    // Who started us may have said that it does not count: nohup.
    if (sigaction(number, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) continue;
    sigaction(number, &action, nullptr);
  }
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);  // writing beyond a size limit then fails like a full disk
}

}  // namespace mien::cli
