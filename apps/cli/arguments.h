// The options of one command. CLI11 does the work, behind this header: its own costs the compiler six seconds
// in every file that includes it, so arguments.cpp alone does.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace mien::cli {

// Numbers from the smallest to the largest; whole ones when both are.
struct Range {
  Range(int from, int to) : smallest(from), largest(to), whole(true) {}
  Range(double from, double to) : smallest(from), largest(to), whole(false) {}
  double smallest, largest;
  bool whole;
};

struct OneOf {
  std::vector<std::string> words;
};

// One option, as long as the command line that it belongs to lives.
class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}
  Option required();
  Option check(const Range& values);
  Option check(const OneOf& values);
  Option expected(int fewest, int most);       // words after it
  Option type_name(const std::string& words);  // in the help, in the place of TEXT
  Option one_word_each();                      // of a list: every word needs the option before it

 private:
  CLI::Option* option_;
};

class Arguments {
 public:
  // The whole command line.
  Arguments(const std::string& description, const std::string& program);
  ~Arguments();
  Arguments(const Arguments&) = delete;
  Arguments& operator=(const Arguments&) = delete;

  // Value: path, string, int, float, double, optional<double>, or a vector of string, int or double. It must
  // live until the command line was read. Names as CLI11 has them: "-o,--output", or "photo" for a word
  // without a name.
  template <class Value>
  Option add_option(const std::string& names, Value& value, const std::string& what);
  void add_flag(const std::string& names, bool& value, const std::string& what);
  void add_version_flag(const std::string& names, const std::string& version);
  Arguments& add_subcommand(const std::string& name, const std::string& what);
  void require_subcommand();
  void fallthrough();  // options of the command above may follow this one's name
  void footer(const std::string& text);

  // Reads the words. -> an exit code when all is said: after --help and --version, and when a word is wrong.
  std::optional<int> parse(int argc, const char* const* argv);
  bool parsed() const;                                 // this subcommand was named
  bool given(const std::string& name) const;           // this option was
  std::string text_of(const std::string& name) const;  // what was given for it

 private:
  explicit Arguments(CLI::App* app);

  std::unique_ptr<CLI::App> whole_;  // null in a subcommand, which belongs to the whole
  CLI::App* app_;
  std::vector<std::unique_ptr<Arguments>> subcommands_;
};

}  // namespace mien::cli
