#include "arguments.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>

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
    what = first + " is nothing that " + name + " takes";
  }
  return what + "; " + name + " --help lists what there is";
}

}  // namespace

Option Option::required() {
  option_->required();
  return *this;
}

Option Option::check(const Range& values) {
  if (values.whole) {
    option_->check(CLI::Range(static_cast<int>(values.smallest), static_cast<int>(values.largest)));
  } else {
    option_->check(CLI::Range(values.smallest, values.largest));
  }
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
    : whole_(std::make_unique<CLI::App>(description, program)), app_(whole_.get()) {}

Arguments::Arguments(CLI::App* app) : app_(app) {}

Arguments::~Arguments() = default;

template <class Value>
Option Arguments::add_option(const std::string& names, Value& value, const std::string& what) {
  return Option(app_->add_option(names, value, what));
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
