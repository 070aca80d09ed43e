// Fusing into photos, for mien swap and mien batch.
#pragma once

#include <memory>
#include <optional>

#include "commands.h"
#include "face_choice.h"
#include "mien/media.h"
#include "shared_options.h"
#include "terminal.h"

namespace mien::cli {

struct PhotoSwapOptions {
  SharedOptions shared;
  FaceChoiceOptions face;
  int quality = 92;  // 1..100, JPEG and WebP
  float tone_threshold = 5, tone_strength = 1;
  std::optional<double> budget_ms;  // with --mode auto
};

void add_photo_swap_options(Arguments& app, PhotoSwapOptions* options);

// The options, checked and in the engine's words.
struct PhotoSwapPlan {
  FusionOptions how;
  EncodeOptions encode;
  std::vector<Role> roles;
};
Result<PhotoSwapPlan> plan_photo_swap(const PhotoSwapOptions& options);

// Engine, session and people, loaded once for as many photos as come.
class PhotoSwapper {
 public:
  static Result<PhotoSwapper> open(const PhotoSwapOptions& options, const PhotoSwapPlan& plan,
                                   const Common& common, Progress& progress);

  // Fuses and writes. kNoFace with the reasons, and nothing written, when no face of the target could be
  // fused.
  Result<FusionReport> swap(const Photo& target, const std::filesystem::path& target_file,
                            const std::filesystem::path& output, Progress& progress);

  // What was found in a picture of which swap() could fuse no face; null before.
  const FusionReport* refused() const { return refused_ ? &*refused_ : nullptr; }

  const std::vector<std::string>& warnings() const { return cast_.warnings; }  // about the sources
  const std::string& network() const { return engine_->fusion_network(); }

 private:
  PhotoSwapper(const PhotoSwapPlan& plan, std::unique_ptr<Engine> engine)
      : plan_(plan), engine_(std::move(engine)), session_(engine_->open_session()) {}

  PhotoSwapPlan plan_;
  std::unique_ptr<Engine> engine_;
  Session session_;
  Cast cast_;
  FusedImage fused_;
  std::optional<FusionReport> refused_;
};

// The report with files in the place of numbers.
nlohmann::json photo_swap_json(const FusionReport& report, const std::vector<Role>& roles);

}  // namespace mien::cli
