#include "consent.h"

#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

namespace mien::cli {
namespace {

constexpr char kQuestion[] =
    "Mien changes how people look in pictures. Use it only with the consent of everyone shown:\n"
    "of the person whose face is used and of the person whose face is changed. Results are labelled\n"
    "as synthetic; keep the label when you share them (RESPONSIBLE_USE.md).\n"
    "Do you have this consent, for this picture and for those to come? [y/N] ";

std::filesystem::path consent_file() {
  if (const char* folder = std::getenv("XDG_CONFIG_HOME"); folder && *folder)
    return std::filesystem::path(folder) / "mien" / "consent";
  if (const char* home = std::getenv("HOME"); home && *home)
    return std::filesystem::path(home) / ".config" / "mien" / "consent";
  return {};
}

bool given_before() {
  std::ifstream file(consent_file());
  std::string word;
  return file >> word && word == "given";
}

void remember() {
  const std::filesystem::path file = consent_file();
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  char date[16] = "";
  const std::time_t now = std::time(nullptr);
  std::strftime(date, sizeof date, "%Y-%m-%d", std::gmtime(&now));
  std::ofstream(file) << "given " << date << "\n";  // when this fails, the next use asks again
}

}  // namespace

Done require_consent(bool stated_by_flag) {
  if (stated_by_flag || given_before()) return {};
  if (isatty(STDIN_FILENO) != 1 || isatty(STDERR_FILENO) != 1) {
    return Status(Code::kDeclined,
                  "nobody confirmed that the people shown agree; run mien swap once on a terminal to be "
                  "asked, or add --i-have-consent");
  }
  std::cerr << kQuestion << std::flush;
  std::string answer;
  if (!std::getline(std::cin, answer)) std::cerr << "\n";  // nobody ended the question's line
  if (answer != "y" && answer != "Y" && answer != "yes" && answer != "Yes") {
    return Status(Code::kDeclined, "not fused: consent was not given");
  }
  remember();
  return {};
}

}  // namespace mien::cli
