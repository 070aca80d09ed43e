// picture -> detect -> mesh (two looks) -> pose
#pragma once

#include <vector>

#include "core/trace.h"
#include "face/detect.h"
#include "face/face_model.h"
#include "face/mesh.h"
#include "mien/face.h"

namespace mien {

struct FaceNetworks {
  const Detector& detector;
  const MeshNet& mesh;
  const FaceModel& model;
};

struct FindScratch {
  DetectScratch detect;
  MeshScratch mesh;
  NetScratch nets;
};

// All faces, left to right. Detections whose mesh finds no face are dropped.
Result<std::vector<Face>> find_faces(ImageView picture, const FaceNetworks& networks, FindScratch& scratch, Trace& trace);

// Index of the face with the largest box; -1 when there is none.
int largest_face(const std::vector<Face>& faces);

}  // namespace mien
