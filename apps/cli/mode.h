// --mode, as several commands take it.
#pragma once

#include <string>

#include "arguments.h"
#include "mien/engine.h"

namespace mien::cli {

struct ModeOption {
  std::string name = "balanced";
  bool is_auto() const { return name == "auto"; }
  // Of auto, the best that it may come to.
  Mode value() const {
    if (is_auto()) return Mode::kHd;
    return name == "fast" ? Mode::kFast : name == "hd" ? Mode::kHd : Mode::kBalanced;
  }
};

inline const char* mode_name(Mode mode) {
  return mode == Mode::kFast ? "fast" : mode == Mode::kHd ? "hd" : "balanced";
}

// --blend: alpha, poisson, mixed or multiband.
inline BlendMode blend_mode(const std::string& name) {
  if (name == "poisson") return BlendMode::kPoisson;
  if (name == "mixed") return BlendMode::kMixed;
  return name == "multiband" ? BlendMode::kMultiband : BlendMode::kAlpha;
}

// --resolution: auto, 256 or 512.
inline int resolution_of(const std::string& name) { return name == "auto" ? 0 : std::stoi(name); }

inline void add_mode_option(Arguments& app, ModeOption* mode) {
  app.add_option("--mode", mode->name, "How much work a face gets: fast, balanced or hd (default balanced)")
      .check(OneOf{{"fast", "balanced", "hd"}});
}

// Where auto makes sense, too.
inline void add_mode_or_auto_option(Arguments& app, ModeOption* mode) {
  app.add_option(
         "--mode", mode->name,
         "How much work a face gets: fast, balanced, hd, or auto: as much as the machine has time and "
         "coolness for (default balanced)")
      .check(OneOf{{"fast", "balanced", "hd", "auto"}});
}

// A sentence when the mode's own network is not there; empty when it is.
inline std::string missing_network_remark(const ModeOption& mode, const std::string& found) {
  if (mode.is_auto()) return "";  // chooses among those that are there
  const std::string wanted = mode.value() == Mode::kFast ? "fuse_tiny"
                             : mode.value() == Mode::kHd ? "fuse_base"
                                                         : "fuse_small";
  if (found == wanted) return "";
  return "the models folder has no network " + wanted + " for --mode " + mode.name + "; " +
         (found.empty() ? "the face is warped and relit without one" : "used " + found + " in its place");
}

}  // namespace mien::cli
