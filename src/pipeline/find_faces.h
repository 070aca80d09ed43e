// picture -> detect -> mesh (two looks) -> pose
#pragma once

#include <optional>
#include <vector>

#include "core/trace.h"
#include "face/detect.h"
#include "face/face_model.h"
#include "face/identity.h"
#include "face/mesh.h"
#include "face/parse.h"
#include "fuse/uncover.h"
#include "mien/face.h"

namespace mien {

struct FaceNetworks {
  const Detector& detector;
  const MeshNet& mesh;
  const FaceModel& model;
  const ParseNet* parse = nullptr;        // null: no weights for it; faces are then taken as uncovered
  const IdentityNet* identity = nullptr;  // null: no weights for it; nobody is recognised
  const UncoverNet* uncover = nullptr;    // null: no weights for it; covers are filled with the skin around
  const LateUncoverNet* late_uncover = nullptr;  // instead of it in streams, for glasses of targets alone
};

struct FindScratch {
  DetectScratch detect;
  MeshScratch mesh;
  ParseScratch parse;
  IdentityScratch identity;
  UncoverScratch uncover;
  NetScratch nets;
  MeshScratch mirrored_mesh;  // of a second look at the same time
  NetScratch mirrored_nets;
};

// All faces, left to right. Detections whose mesh finds no face are dropped.
Result<std::vector<Face>> find_faces(ImageView picture, const FaceNetworks& networks, FindScratch& scratch,
                                     Trace& trace);

// What the detector looks at: the whole picture, and, where that is large, a finer look at its parts.
struct SceneLook {
  bool whole = true, fine = true;
  std::optional<int> part;  // of the finer look, any number from 0 on, taken in turn; empty: all of them
};

// The same in two steps, for streams. gain: that the picture is brightened by (Detector::run()); set by a
// look at the whole, and used by finer ones without.
Result<std::vector<Detection>> find_detections(ImageView picture, const SceneLook& look,
                                               const FaceNetworks& networks, FindScratch& scratch,
                                               Trace& trace, float* gain);
Result<std::vector<Face>> measure_faces(ImageView picture, const std::vector<Detection>& detections,
                                        const FaceNetworks& networks, FindScratch& scratch, Trace& trace);

// Share of `inner` that lies inside of `outer`.
float share_inside(const Box& inner, const Box& outer);
inline constexpr float kNestedShare = 0.7f;  // of a box inside another: both are the same face

// Drops a face most of whose box lies inside that of a face with a higher score: a close-up's mouth and chin
// may look like a face of its own.
std::vector<Face> without_nested(std::vector<Face> faces);

inline constexpr int kFineParsePx = 192, kFastParsePx = 128;  // side of what the region network sees

// The regions around a face; nullopt without weights.
Result<std::optional<RegionMap>> find_regions(ImageView picture, const Mesh& mesh,
                                              const FaceNetworks& networks, FindScratch& scratch,
                                              Trace& trace, int side_px = kFineParsePx);

// A source's face without what covers it; nullopt without weights, without regions, or when nothing does.
Result<std::optional<UncoveredFace>> uncover(ImageView photo, const Mesh& mesh,
                                             const std::optional<RegionMap>& regions,
                                             const FaceNetworks& networks, FindScratch& scratch,
                                             Trace& trace);

// Sets regions->glasses where clear glasses are worn and there is a network that sees them.
Done find_glasses(ImageView picture, const Mesh& mesh, const FaceNetworks& networks, FindScratch& scratch,
                  Trace& trace, std::optional<RegionMap>* regions);

// Who it is; nullopt without weights.
Result<std::optional<Identity>> identify(ImageView picture, const Mesh& mesh, const FaceNetworks& networks,
                                         FindScratch& scratch, Trace& trace);

// Share of the face's oval that hair or another thing covers, 0..1.
float covered_share(const RegionMap& regions, const Mesh& mesh);

// Index of the face with the largest box; -1 when there is none.
int largest_face(const std::vector<Face>& faces);

}  // namespace mien
