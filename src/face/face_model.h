// Linear model of the face's surface: mean + identity modes + expression modes (ICT-FaceKit registered to the
// mesh), and what it is for: head pose, and giving one face the bone structure of another.
#pragma once

#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/raster.h"
#include "face/mode_moments.h"
#include "face/mode_products.h"
#include "mien/face.h"
#include "mien/status.h"

namespace mien {

// A mesh explained by the model. Canonical coordinates: cm, x to the picture's right, y up, z towards the
// viewer.
struct ShapeFit {
  Eigen::VectorXf identity;    // coefficients
  Eigen::VectorXf expression;  // coefficients
  Eigen::Matrix3f rotation;    // canonical to picture axes (y up)
  float scale = 1;             // picture pixels per cm
  Eigen::Vector3f shift;       // picture pixels, y up
  Eigen::Matrix3Xf residual;   // 3 x 468: what the modes do not explain, canonical coordinates
  Pose pose;
};

struct ShapeTransfer {
  float identity = 1.0f;  // share of the source's identity coefficients, 0..1
  float residual = 1.0f;  // share of the source's residual, 0..1
};

class FaceModel {
 public:
  // Bytes of models/face_model.bin; the format is written down in training/mien_train/face_model.py.
  static Result<FaceModel> parse(std::span<const std::uint8_t> bytes);

  // Ridge least squares on a mesh; fails when the points have no extent.
  Result<ShapeFit> fit(const Mesh& mesh) const;

  // The same, looking at all points in every round: for tests.
  Result<ShapeFit> fit_plain(const Mesh& mesh) const;

  // `target` with the source's bone structure: same pose, expression and outline. Irises follow their lids.
  Mesh with_identity_of(const ShapeFit& source, const ShapeFit& target, const Mesh& target_mesh,
                        const ShapeTransfer& how) const;

  // The 898 triangles of the surface; eyes and mouth are closed.
  std::span<const RasterTriangle> triangles() const { return triangles_; }
  int identity_count() const { return identity_count_; }
  int expression_count() const { return static_cast<int>(modes_.cols()) - identity_count_; }

  // The mean shape as a mesh: canonical centimetres with y down and z away from the viewer (surface points
  // only).
  const Mesh& canonical_mesh() const { return canonical_mesh_; }

  // mean + modes * coefficients, 3 x 468; for tests and tools.
  Eigen::Matrix3Xf shape(const Eigen::VectorXf& identity, const Eigen::VectorXf& expression) const;

  // How a step of the expression's coefficients moves the points, in shape()'s units.
  Eigen::Matrix3Xf expression_move(const Eigen::VectorXf& step) const;

 private:
  FaceModel() = default;
  void prepare_fit();
  // Of the least squares of coefficients. v: viewing direction; k: scale of canonical coordinates.
  Eigen::MatrixXf normal_matrix(const Eigen::Vector3f& v, float k) const;

  int identity_count_ = 0;
  Eigen::VectorXf mean_;   // 1404: x y z per point
  Eigen::MatrixXf modes_;  // 1404 x (identity + expression)
  Eigen::VectorXf taper_;  // 468: 1 inside, 0 on the oval
  std::vector<RasterTriangle> triangles_;
  Mesh canonical_mesh_{};
  ModeProducts products_;  // of modes_
  // What fit() knows of the modes instead of looking at them.
  Eigen::MatrixXf squares_;     // X'X + Y'Y + Z'Z
  Eigen::Matrix3Xf mode_sums_;  // of every mode, over its points
  ModeMoments mean_moments_;    // of mean_
};

}  // namespace mien
