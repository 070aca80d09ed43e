// Where the faces are.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "core/resample.h"
#include "face/low_light.h"
#include "mien/face.h"
#include "mien/image.h"
#include "model/net.h"

namespace mien {

struct Detection {
  Box box;
  std::array<Point2f, 5> points{};  // right eye, left eye, nose tip, right and left mouth corner
  float score = 0;
  std::array<float, 5> certainty{1, 1, 1, 1, 1};  // of each point: 1 / the square of how far off it may be
};

struct DetectScratch {
  PlanarRgb pixels;
  float gain = 1;  // that the last look was brightened by
  Tensor input;
  std::array<Tensor, 3> maps;
};

class Detector {
 public:
  static Result<Detector> load(const ModelFolder& folder, int threads, LowLight low_light = LowLight::kAuto);

  // Faces in the frame, best first, without those that overlap a better one. size_px: side of the square that
  // the frame is shrunk into (0: the manifest's); faces must be about 12 pixels wide there. min_score 0: the
  // manifest's. gain: what a dark picture is brightened by (low_light.h); empty: as this look itself demands.
  // Parts of a picture take that of the whole, or a shadow in an ordinary one would be brightened.
  Result<std::vector<Detection>> run(ImageView frame, int size_px, float min_score, DetectScratch& scratch,
                                     NetScratch& net_scratch, std::optional<float> gain = {}) const;

 private:
  explicit Detector(Net net) : net_(std::move(net)) {}
  Net net_;
  std::vector<float> strides_;
  float default_min_score_ = 0, max_overlap_ = 0;
  LowLight low_light_ = LowLight::kAuto;
};

// Greedy non-maximum suppression: keeps the best, drops those with intersection over union above max_overlap.
std::vector<Detection> suppress_overlaps(std::vector<Detection> candidates, float max_overlap);

// The same, and box and points of what is kept are averaged over the candidates that see the same face
// (weights: score cubed; Bazarevsky et al. 2019; of points also their certainty): steadier than the best cell
// alone.
std::vector<Detection> average_overlaps(const std::vector<Detection>& candidates, float max_overlap);

// Reads candidates off one output map (20 channels: score logit, centre x y, log width height, five points x
// y, log of how far off each point may be), in input pixels. Values that are not finite are skipped.
void decode_map(const Tensor& map, float stride, float min_score, std::vector<Detection>* out);

}  // namespace mien
