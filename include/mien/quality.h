// How good a face in a picture is for fusing, and what speaks against it.
#pragma once

#include <string>

namespace mien {

// Measured without looking at who it is.
struct FaceQuality {
  float width_px = 0;       // of the face's box
  float outside_share = 0;  // of the face's points that lie outside of the picture, 0..1
  float covered_share = 0;  // of the face that hair or another thing covers, 0..1; 0 when no network tells
  float sharpness = 0;    // fine detail in shares of the face's contrast, seen at no more than 128 px; about
                          // 0.2 is sharp, 0.05 blurred
  float brightness = 0;   // median of the face, 0 black .. 1 white (sRGB)
  float eye_opening = 0;  // of the eye that is open less: 0.3 is wide open, below 0.12 closed
  float mouth_opening = 0;  // between the lips, in widths of the mouth; above 0.12 teeth or more can be seen
};

// Why a face is not fused, or will not look its best.
enum class QualityReason {
  kTooSmall,
  kCutOff,
  kCovered,
  kBlurred,
  kDark,
  kExtremePose,
  kPoseGap,
  kClosedEyes,
  kOpenMouth,
  kGlasses
};

// As written in JSON reports: "too_small".
const char* reason_name(QualityReason reason);

struct QualityRemark {
  QualityReason reason = QualityReason::kTooSmall;
  bool refuses = false;  // true: the face is not used; false: it is, and this is a warning
  std::string sentence;  // the value seen, what was expected, what to do
};

}  // namespace mien
