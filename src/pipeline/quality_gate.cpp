#include "pipeline/quality_gate.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/luma.h"
#include "core/plane.h"
#include "core/polygon.h"
#include "core/resample.h"
#include "face/closed_mouth.h"
#include "face/crop.h"
#include "face/topology.h"
#include "fuse/texture.h"
#include "pipeline/find_faces.h"

namespace mien {
namespace {

// Limits: `refuse` and `warn` are compared with the same figure. docs/quality-gate.md shows what they were
// chosen from.
struct Limits {
  float refuse, warn;
};
constexpr float kSmallSourcePx = 96;
constexpr Limits kOutsideShare{0.25f, 0.05f};
constexpr Limits kCoveredShare{0.45f, 0.30f};
constexpr Limits kSharpness{0.012f, 0.04f};
constexpr Limits kBrightness{0.05f, 0.14f};
constexpr Limits kYawDeg{65, 40}, kPitchDeg{45, 30};
constexpr Limits kPoseGapDeg{75, 40};
constexpr float kMouthOpening = 0.12f;

constexpr int kLookPx = 128;  // the face is measured at this size, or at its own when it is smaller
constexpr float kFineSigmaPx = 1.0f;
constexpr float kInside = 0.86f;  // of the oval: its rim mixes with hair and background

std::string number(float v) { return std::to_string(std::lround(v)); }
std::string percent(float share) { return number(100 * share) + " %"; }
std::string hundredths(float v) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", static_cast<double>(v));
  return text;
}

// Root of the mean square of `values` where the mask is set, around `centre`.
float spread(const Plane& values, const Plane& mask, float centre) {
  double sum = 0, weight = 1e-6;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float d = values.values[i] - centre;
    sum += static_cast<double>(mask.values[i] * d * d), weight += mask.values[i];
  }
  return static_cast<float>(std::sqrt(sum / weight));
}

void measure_pixels(ImageView picture, const Mesh& mesh, FaceQuality* out) {
  const LevelSquare square = level_square(mesh);
  const int size = std::clamp(static_cast<int>(std::lround(square.side_px)), 16, kLookPx);
  const Affine look = crop_from_frame(square, 1.0f, size);
  PlanarRgb pixels;
  sample_affine(picture, look, size, size, &pixels);
  Plane light, oval;
  luma_of(pixels, &light);
  for (float& v : light.values) v /= 255;
  oval.resize(size, size), oval.fill(0);
  std::vector<Point2f> outline;
  const float middle = static_cast<float>(size - 1) / 2;
  for (const topology::Index i : topology::kOval) {
    const Point2f p = look({mesh[i].x, mesh[i].y});
    outline.push_back({middle + kInside * (p.x - middle), middle + kInside * (p.y - middle)});
  }
  fill_polygon(outline, &oval);
  std::vector<float> inside;
  for (std::size_t i = 0; i < light.size(); ++i) {
    if (oval.values[i] > 0.5f) inside.push_back(light.values[i]);
  }
  if (inside.empty()) return;
  std::nth_element(inside.begin(), inside.begin() + static_cast<std::ptrdiff_t>(inside.size() / 2),
                   inside.end());
  out->brightness = inside[inside.size() / 2];
  Plane fine = light;
  std::vector<float> scratch;
  gaussian_blur(&fine, kFineSigmaPx, &scratch);
  for (std::size_t i = 0; i < fine.size(); ++i) fine.values[i] = light.values[i] - fine.values[i];
  out->sharpness = spread(fine, oval, 0) / std::max(spread(light, oval, out->brightness), 0.01f);
}

float outside_share(const Mesh& mesh, int width, int height) {
  int outside = 0;
  for (int i = 0; i < kSurfacePoints; ++i) {
    const Point3f& p = mesh[i];
    outside += p.x < -0.5f || p.y < -0.5f || p.x > static_cast<float>(width) - 0.5f ||
               p.y > static_cast<float>(height) - 0.5f;
  }
  return static_cast<float>(outside) / kSurfacePoints;
}

// Collects remarks; refusals come before warnings in the end.
class Remarks {
 public:
  void add(QualityReason reason, bool refuses, std::string sentence) {
    list_.push_back({reason, refuses, std::move(sentence)});
  }
  // For figures that are bad when high (sign 1) or when low (sign -1).
  void check(QualityReason reason, float value, Limits limits, int sign, const std::string& seen,
             const std::string& advice, const std::string& limit) {
    const bool refuses = static_cast<float>(sign) * (value - limits.refuse) > 0;
    if (!refuses && !(static_cast<float>(sign) * (value - limits.warn) > 0)) return;
    add(reason, refuses,
        seen +
            (refuses ? ", expected " + std::string(sign > 0 ? "at most " : "at least ") + limit
                     : ", so the result will be weaker") +
            "; " + advice);
  }
  std::vector<QualityRemark> take() {
    std::stable_partition(list_.begin(), list_.end(), [](const QualityRemark& r) { return r.refuses; });
    return std::move(list_);
  }

 private:
  std::vector<QualityRemark> list_;
};

void judge_both(const Face& face, const FaceQuality& q, Remarks* out) {
  using enum QualityReason;
  if (q.width_px < kSmallestFacePx) {
    out->add(kTooSmall, true,
             "the face is " + number(q.width_px) + " px wide, expected at least " + number(kSmallestFacePx) +
                 "; move closer or use a larger picture");
  }
  out->check(kCutOff, q.outside_share, kOutsideShare, 1,
             percent(q.outside_share) + " of the face lies outside of the picture",
             "use a picture that shows it whole", percent(kOutsideShare.refuse));
  out->check(kCovered, q.covered_share, kCoveredShare, 1,
             percent(q.covered_share) + " of the face is covered by hair or another thing",
             "use a picture that shows more of it", percent(kCoveredShare.refuse));
  out->check(kBlurred, q.sharpness, kSharpness, -1,
             "the face is blurred (sharpness " + hundredths(q.sharpness) + ")",
             "hold the camera still or use a sharper picture", hundredths(kSharpness.refuse));
  out->check(kDark, q.brightness, kBrightness, -1,
             "the face is dark (" + percent(q.brightness) + " of white)", "take the picture with more light",
             percent(kBrightness.refuse));
  const float yaw = std::abs(face.pose.yaw_deg), pitch = std::abs(face.pose.pitch_deg);
  const auto worse = [&](float Limits::*limit) {  // than the tilt is the turn, beside what is allowed
    return yaw / (kYawDeg.*limit) >= pitch / (kPitchDeg.*limit);
  };
  const bool refuses = pose_is_refused(face.pose, 0);
  const bool sideways = worse(refuses ? &Limits::refuse : &Limits::warn);
  const std::string seen = sideways ? "the head is turned " + number(yaw) + " degrees to the side"
                                    : "the head is tilted " + number(pitch) + " degrees up or down";
  const Limits limits = sideways ? kYawDeg : kPitchDeg;
  out->check(kExtremePose, sideways ? yaw : pitch, limits, 1, seen,
             "use a picture where the person looks towards the camera", number(limits.refuse));
}

}  // namespace

const char* reason_name(QualityReason reason) {
  switch (reason) {
    case QualityReason::kTooSmall:
      return "too_small";
    case QualityReason::kCutOff:
      return "cut_off";
    case QualityReason::kCovered:
      return "covered";
    case QualityReason::kBlurred:
      return "blurred";
    case QualityReason::kDark:
      return "dark";
    case QualityReason::kExtremePose:
      return "extreme_pose";
    case QualityReason::kPoseGap:
      return "pose_gap";
    case QualityReason::kClosedEyes:
      return "closed_eyes";
    case QualityReason::kOpenMouth:
      return "open_mouth";
    case QualityReason::kGlasses:
      return "glasses";
  }
  return "unknown";
}

FaceQuality measure_quality(ImageView picture, const Face& face, const RegionMap* regions) {
  FaceQuality out;
  out.width_px = face.box.width();
  out.outside_share = outside_share(face.mesh, picture.width, picture.height);
  out.covered_share = regions ? covered_share(*regions, face.mesh) : 0;
  const auto openings = eye_openings(face.mesh);
  out.eye_opening = std::min(openings[0], openings[1]);
  out.mouth_opening = mouth_opening(face.mesh);
  measure_pixels(picture, face.mesh, &out);
  return out;
}

std::vector<QualityRemark> judge_target(const Face& face, const FaceQuality& quality) {
  Remarks remarks;
  judge_both(face, quality, &remarks);
  return remarks.take();
}

std::vector<QualityRemark> judge_source(const Face& face, const FaceQuality& quality, bool wears_glasses) {
  using enum QualityReason;
  Remarks remarks;
  judge_both(face, quality, &remarks);
  if (quality.width_px >= kSmallestFacePx && quality.width_px < kSmallSourcePx) {
    remarks.add(
        kTooSmall, false,
        "the face is only " + number(quality.width_px) + " px wide and will look soft; use a larger picture");
  }
  if (quality.eye_opening < kClosedEyeOpening)
    remarks.add(kClosedEyes, false,
                "an eye is closed, so that eye stays the target's; use a picture with open eyes");
  if (quality.mouth_opening > kMouthOpening)
    remarks.add(
        kOpenMouth, false,
        "the mouth is open, so its inside stays the target's; a picture with closed lips works better");
  if (wears_glasses)
    remarks.add(
        kGlasses, false,
        "glasses are taken off, and what their frames hide is guessed; a picture without glasses works "
        "better");
  return remarks.take();
}

float pose_gap_deg(const Pose& a, const Pose& b) {
  return std::max(std::abs(a.yaw_deg - b.yaw_deg), std::abs(a.pitch_deg - b.pitch_deg));
}

bool pose_is_refused(const Pose& pose, float gap_deg) {
  return std::abs(pose.yaw_deg) > kYawDeg.refuse || std::abs(pose.pitch_deg) > kPitchDeg.refuse ||
         gap_deg > kPoseGapDeg.refuse;
}

std::optional<QualityRemark> judge_pose_gap(float gap_deg) {
  Remarks remarks;
  remarks.check(QualityReason::kPoseGap, gap_deg, kPoseGapDeg, 1,
                "source and target look in directions that differ by " + number(gap_deg) + " degrees",
                "use a source that looks the way the target does", number(kPoseGapDeg.refuse));
  auto list = remarks.take();
  if (list.empty()) return std::nullopt;
  return std::move(list.front());
}

bool refused(const std::vector<QualityRemark>& remarks) {
  return std::any_of(remarks.begin(), remarks.end(), [](const QualityRemark& r) { return r.refuses; });
}

std::string sentences(const std::vector<QualityRemark>& remarks) {
  const bool only_refusals = refused(remarks);
  std::string out;
  for (const QualityRemark& remark : remarks) {
    if (remark.refuses == only_refusals) out += (out.empty() ? "" : "; also, ") + remark.sentence;
  }
  return out;
}

}  // namespace mien
