// Talking to the person: exit codes, one-sentence errors, progress, Ctrl-C.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "mien/status.h"

namespace mien::cli {

enum ExitCode {
  kDone = 0,
  kFailed = 1,
  kBadArguments = 2,
  kDeclined = 3,
  kStopped = 4,
  kNoUsableFace = 5,
  kUnreadableMedia = 6,
  kModelRefused = 7,
  kLabelPolicy = 8,
};

ExitCode exit_code_for(Code code);

// "mien: sentence" on stderr. -> the exit code that fits.
int report_error(const Status& status);

// A remark that is no error, on stderr.
void remark(const std::string& sentence);

// kInvalidArgument when the output is the same file as one of the inputs.
Done output_is_none_of(const std::vector<std::filesystem::path>& inputs, const std::filesystem::path& output);

// "1 face", "2 faces", "0 faces".
std::string counted(std::size_t n, const char* one, const char* many);

// Standard streams that the caller closed become /dev/null, or the next file that is opened would be taken
// for them.
void open_standard_streams();

// At the end: prints what is left of stdout. -> the exit code: kFailed in the place of kDone, with a
// sentence, when not all of it could be printed; a reader who went away has seen enough.
int finish_stdout(int code);

// One line that says what is being done; shown on a terminal only, never in a pipe. Gone when the object is.
class Progress {
 public:
  explicit Progress(bool wanted);
  ~Progress() { clear(); }
  void step(const std::string& text);
  void clear();

 private:
  bool shown_;
};

// Ctrl-C and friends: removes files that are half written, says so, ends with exit code 4.
void stop_cleanly_on_signals();

// What it says then in the place of "nothing was written"; texts of more than 1000 bytes are cut. Empty: that
// again. once_there: it holds from the moment on in which there is a file of this name.
void say_when_stopped(const std::string& sentence, const std::filesystem::path& once_there = {});

}  // namespace mien::cli
