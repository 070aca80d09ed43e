#include "arguments.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <sstream>
#include <type_traits>

#include "terminal.h"

namespace mien::cli {
namespace {

// What is wrong with the words, and where to look what they may be.
std::string complaint(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* command = &app;
  std::string name = app.get_name();
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands().front();
    name += " " + command->get_name();
  }
  std::vector<std::string> unknown = app.remaining(true);
  std::stable_partition(unknown.begin(), unknown.end(),
                        [](const std::string& w) { return w.starts_with("-"); });
  const std::string first = unknown.empty() ? "" : "'" + unknown.front() + "'";
  std::string what = error.what();
  if (command->get_require_subcommand_min() > 0) {
    what = unknown.empty() ? "a command is missing" : "there is no command or option " + first;
  } else if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr && !unknown.empty()) {
    const std::vector<std::string> before = app.remaining(false);  // the words between `mien` and the command
    const bool misplaced = command != &app &&
                           std::find(before.begin(), before.end(), unknown.front()) != before.end() &&
                           command->get_option_no_throw(unknown.front()) != nullptr;
    what = misplaced ? first + " belongs behind the command: " + name + " " + unknown.front()
                     : first + " is nothing that " + name + " takes";
  } else if (const auto at = what.find(": At Most 1 required"); at != std::string::npos) {
    what = what.substr(0, at) + " was given more than once";
  } else if (const auto found = what.find(": 1 required "); found != std::string::npos) {
    what = what.substr(0, found) + " has no value";
  }
  return what + "; " + name + " --help lists what there is";
}

// Help that also lists the options of the commands above, which may follow a command's name.
class HelpWithOptionsAbove : public CLI::Formatter {
 public:
  std::string make_footer(const CLI::App* app) const override {
    std::string out;
    for (const CLI::App* below = app; below->get_fallthrough() && below->get_parent() != nullptr;
         below = below->get_parent()) {
      const CLI::App* above = below->get_parent();
      const auto options = above->get_options([&](const CLI::Option* option) {
        return option->nonpositional() && option != above->get_help_ptr() &&
               option != above->get_version_ptr() && app->get_option_no_throw(option->get_name()) == nullptr;
      });
      const bool top = above->get_parent() == nullptr;
      if (!options.empty())
        out +=
            make_group(top ? "Options of every command" : "Options of " + above->get_name(), false, options)
                .substr(out.empty() ? 1 : 0);  // an empty line is there already
    }
    const std::string footer = Formatter::make_footer(app);
    return out + (out.empty() || footer.empty() ? "" : "\n") + footer;
  }
};

std::string text_of_range(const Range& values) {
  std::ostringstream out;
  out << values.smallest << " to " << values.largest;
  return out.str();
}

// A check that says what is wrong with a word, or nothing.
CLI::Validator within(const Range& values) {
  return {[values](std::string& word) {
            double value = 0;
            const auto parsed = std::from_chars(word.data(), word.data() + word.size(), value);
            const bool good = parsed.ec == std::errc() && parsed.ptr == word.data() + word.size() &&
                              value >= values.smallest && value <= values.largest &&
                              (!values.whole || value == std::floor(value));
            if (good) return std::string();
            return "is '" + word + "', expected " + (values.whole ? "a whole number, " : "") +
                   text_of_range(values);
          },
          text_of_range(values)};
}

CLI::Validator not_empty() {
  return {[](std::string& word) { return std::string(word.empty() ? "is empty, expected a file" : ""); }, ""};
}

}  // namespace

Option Option::required() {
  option_->required();
  return *this;
}

Option Option::check(const Range& values) {
  option_->check(within(values));
  return *this;
}

Option Option::check(const OneOf& values) {
  option_->check(CLI::IsMember(values.words));
  return *this;
}

Option Option::expected(int fewest, int most) {
  option_->expected(fewest, most);
  return *this;
}

Option Option::type_name(const std::string& words) {
  option_->type_name(words);
  return *this;
}

Option Option::one_word_each() {
  option_->allow_extra_args(false);
  return *this;
}

Arguments::Arguments(const std::string& description, const std::string& program)
    : whole_(std::make_unique<CLI::App>(description, program)), app_(whole_.get()) {
  app_->formatter(std::make_shared<HelpWithOptionsAbove>());
}

Arguments::Arguments(CLI::App* app) : app_(app) {}

Arguments::~Arguments() = default;

template <class Value>
Option Arguments::add_option(const std::string& names, Value& value, const std::string& what) {
  CLI::Option* option = app_->add_option(names, value, what);
  if constexpr (std::is_same_v<Value, std::filesystem::path>) option->check(not_empty());
  return Option(option);
}

template Option Arguments::add_option(const std::string&, std::filesystem::path&, const std::string&);
template Option Arguments::add_option(const std::string&, std::string&, const std::string&);
template Option Arguments::add_option(const std::string&, int&, const std::string&);
template Option Arguments::add_option(const std::string&, float&, const std::string&);
template Option Arguments::add_option(const std::string&, double&, const std::string&);
template Option Arguments::add_option(const std::string&, std::optional<double>&, const std::string&);
template Option Arguments::add_option(const std::string&, std::vector<std::string>&, const std::string&);
template Option Arguments::add_option(const std::string&, std::vector<int>&, const std::string&);
template Option Arguments::add_option(const std::string&, std::vector<double>&, const std::string&);

void Arguments::add_flag(const std::string& names, bool& value, const std::string& what) {
  app_->add_flag(names, value, what);
}

void Arguments::add_version_flag(const std::string& names, const std::string& version) {
  app_->set_version_flag(names, version);
}

Arguments& Arguments::add_subcommand(const std::string& name, const std::string& what) {
  subcommands_.emplace_back(new Arguments(app_->add_subcommand(name, what)));
  subcommands_.back()->footer("");  // else it has that of the command above
  return *subcommands_.back();
}

void Arguments::require_subcommand() { app_->require_subcommand(1); }
void Arguments::fallthrough() { app_->fallthrough(); }
void Arguments::footer(const std::string& text) { app_->footer(text); }

std::optional<int> Arguments::parse(int argc, const char* const* argv) {
  try {
    app_->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app_->exit(error);  // --help, --version
    remark(complaint(*app_, error));
    return kBadArguments;
  }
  return std::nullopt;
}

bool Arguments::parsed() const { return app_->parsed(); }
bool Arguments::given(const std::string& name) const { return app_->count(name) > 0; }
std::string Arguments::text_of(const std::string& name) const {
  return app_->get_option(name)->as<std::string>();
}

}  // namespace mien::cli
