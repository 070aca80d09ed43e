// What is known about one face in a picture.
#pragma once

#include <array>

#include "mien/geometry.h"

namespace mien {

// The mesh: 468 surface points in MediaPipe's order, then right iris (468: centre, 469-472: ring) and left
// iris (473-477). The person's right is the picture's left.
inline constexpr int kMeshPoints = 478;
inline constexpr int kSurfacePoints = 468;
using Mesh = std::array<Point3f, kMeshPoints>;

// Regions whose visibility is estimated.
enum class FaceRegion { kRightEye, kLeftEye, kNose, kMouth, kRightCheek, kLeftCheek, kForehead };
inline constexpr int kFaceRegions = 7;

// Head pose in degrees. A mirrored picture has yaw and roll negated and the same pitch.
struct Pose {
  float yaw_deg = 0;    // positive: the person looks to the picture's right
  float pitch_deg = 0;  // positive: the person looks up
  float roll_deg = 0;   // positive: the head leans clockwise in the picture
};

// All coordinates are pixels of the frame that was passed.
struct Face {
  Box box;                          // around the face in its level frame, not turned
  float score = 0;                  // of the detector, 0..1
  std::array<Point2f, 5> points{};  // right eye, left eye, nose tip, right and left mouth corner
  Mesh mesh{};
  float presence = 0;                            // that the mesh lies on a face, 0..1
  std::array<float, kFaceRegions> visibility{};  // 0 hidden .. 1 fully seen
  Pose pose;
};

}  // namespace mien
