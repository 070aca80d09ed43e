#include "face/face_model.h"

#include <Eigen/Dense>
#include <cmath>
#include <cstring>
#include <numbers>

#include "face/crop.h"
#include "face/kept_lids.h"
#include "face/topology.h"

namespace mien {
namespace {

constexpr char kMagic[8] = {'M', 'I', 'E', 'N', 'F', 'M', '0', '1'};
constexpr float kRidge = 1e-3f;       // on coefficients, residuals being in eye distances
constexpr float kDepthWeight = 0.5f;  // depth is guessed by the network, x and y are seen
constexpr int kRounds = 4;            // pose and coefficients are found in turn
constexpr int kWeighings = 2;         // rounds after which the weights of errors stay: the pose hardly moves
constexpr float kMinEyeDistancePx = 1e-3f;

using Points = Eigen::Matrix3Xf;

class Reader {
 public:
  explicit Reader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  template <class T>
  bool read(T* out, std::size_t count) {
    const std::size_t size = sizeof(T) * count;
    if (bytes_.size() - at_ < size) return false;
    std::memcpy(out, bytes_.data() + at_, size);
    at_ += size;
    return true;
  }
  bool at_end() const { return at_ == bytes_.size(); }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

// Least-squares scale, rotation, shift (Umeyama 1991): goal ~ scale * rotation * points + shift.
struct Similarity {
  float scale = 1;
  Eigen::Matrix3f rotation = Eigen::Matrix3f::Identity();
  Eigen::Vector3f shift = Eigen::Vector3f::Zero();
};

// What it is made of: the means, and sums over (goal - mean) (points - mean)' and |points - mean|^2.
struct PointSums {
  Eigen::Vector3f mean_points, mean_goal;
  Eigen::Matrix3f covariance;
  float squares = 0;
};

Similarity align(const PointSums& sums) {
  const Eigen::JacobiSVD<Eigen::Matrix3f> svd(sums.covariance, Eigen::ComputeFullU | Eigen::ComputeFullV);
  Eigen::Vector3f sign(1, 1, (svd.matrixU() * svd.matrixV().transpose()).determinant() < 0 ? -1.0f : 1.0f);
  Similarity out;
  out.rotation = svd.matrixU() * sign.asDiagonal() * svd.matrixV().transpose();
  out.scale = svd.singularValues().dot(sign) / std::max(sums.squares, 1e-12f);
  out.shift = sums.mean_goal - out.scale * out.rotation * sums.mean_points;
  return out;
}

Similarity align(const Points& points, const Points& goal) {
  const Eigen::Vector3f mean_p = points.rowwise().mean(), mean_g = goal.rowwise().mean();
  const Points p = points.colwise() - mean_p, q = goal.colwise() - mean_g;
  return align(PointSums{mean_p, mean_g, q * p.transpose(), p.squaredNorm()});
}

// The weight of errors, seen in canonical coordinates. With modes turned into the picture, errors weigh 1, 1
// and kDepthWeight along x, y and z; turned back that is M = I - (1 - w^2) v v', v being the viewing
// direction.
constexpr float kDepthLoss = 1 - kDepthWeight * kDepthWeight;

Eigen::Vector3f viewing_direction(const Similarity& pose) { return pose.rotation.row(2).transpose(); }

// Picture coordinates (y down, z away) to axes with y up and z towards the viewer.
Points upright(const Mesh& mesh) {
  Points out(3, kSurfacePoints);
  for (int i = 0; i < kSurfacePoints; ++i) out.col(i) = Eigen::Vector3f(mesh[i].x, -mesh[i].y, -mesh[i].z);
  return out;
}

// rotation = turn in the picture (roll) after turn to the side (yaw) after nod (pitch): roll is what
// levelling the picture undoes.
Pose pose_of(const Eigen::Matrix3f& r) {
  constexpr float kDegrees = 180.0f / std::numbers::pi_v<float>;
  return {std::asin(std::clamp(-r(2, 0), -1.0f, 1.0f)) * kDegrees, -std::atan2(r(2, 1), r(2, 2)) * kDegrees,
          -std::atan2(r(1, 0), r(0, 0)) * kDegrees};
}

}  // namespace

Result<FaceModel> FaceModel::parse(std::span<const std::uint8_t> bytes) {
  const auto damaged = [&](const char* what) {
    return Status(Code::kModelRefused, std::string("face model: ") + what + " (" +
                                           std::to_string(bytes.size()) +
                                           " bytes); install the models again");
  };
  Reader reader(bytes);
  char magic[8];
  std::uint32_t counts[4];
  if (!reader.read(magic, 8) || std::memcmp(magic, kMagic, 8) != 0 || !reader.read(counts, 4))
    return damaged("not a face model of version 1");
  const auto [vertices, identity, expression, triangles] = counts;
  if (vertices != kSurfacePoints || identity > 1000 || expression > 1000 || triangles > 10000)
    return damaged("sizes out of range");
  FaceModel model;
  model.identity_count_ = static_cast<int>(identity);
  model.mean_.resize(3 * vertices);
  model.taper_.resize(vertices);
  std::vector<std::uint16_t> corners(3 * triangles);
  if (!reader.read(model.mean_.data(), 3 * vertices) || !reader.read(model.taper_.data(), vertices) ||
      !reader.read(corners.data(), corners.size())) {
    return damaged("truncated");
  }
  for (std::size_t t = 0; t < triangles; ++t) {
    for (std::size_t k = 0; k < 3; ++k) {
      if (corners[3 * t + k] >= vertices) return damaged("a triangle has a bad corner");
    }
    model.triangles_.push_back({corners[3 * t], corners[3 * t + 1], corners[3 * t + 2]});
  }
  model.modes_.resize(3 * vertices, identity + expression);
  std::vector<std::int16_t> quantised(3 * vertices);
  for (Eigen::Index m = 0; m < model.modes_.cols(); ++m) {
    float scale = 0;
    if (!reader.read(&scale, 1) || !reader.read(quantised.data(), quantised.size()))
      return damaged("truncated");
    for (std::size_t i = 0; i < quantised.size(); ++i)
      model.modes_(static_cast<Eigen::Index>(i), m) = scale * static_cast<float>(quantised[i]);
  }
  if (!reader.at_end()) return damaged("bytes left over");
  model.prepare_fit();
  for (int i = 0; i < kSurfacePoints; ++i) {
    model.canonical_mesh_[i] = {model.mean_[3 * i], -model.mean_[3 * i + 1], -model.mean_[3 * i + 2]};
  }
  return model;
}

Eigen::Matrix3Xf FaceModel::shape(const Eigen::VectorXf& identity, const Eigen::VectorXf& expression) const {
  Eigen::VectorXf flat = mean_ + modes_.leftCols(identity_count_) * identity +
                         modes_.rightCols(modes_.cols() - identity_count_) * expression;
  return Eigen::Map<Eigen::Matrix3Xf>(flat.data(), 3, kSurfacePoints);
}

Eigen::Matrix3Xf FaceModel::expression_move(const Eigen::VectorXf& step) const {
  Eigen::VectorXf flat = modes_.rightCols(modes_.cols() - identity_count_) * step;
  return Eigen::Map<Eigen::Matrix3Xf>(flat.data(), 3, kSurfacePoints);
}

namespace {

Status without_extent(float eyes) {
  return {Code::kNoFace, "the face's mesh has no extent (" + std::to_string(eyes) +
                             " px between the eyes); use a sharper or more frontal picture"};
}

// points: mean + modes * coefficients
ShapeFit finished(const Similarity& pose, const Points& points, const Points& goal, const Eigen::VectorXf& c,
                  int identity_count) {
  ShapeFit out;
  out.identity = c.head(identity_count);
  out.expression = c.tail(c.size() - identity_count);
  out.rotation = pose.rotation;
  out.scale = pose.scale;
  out.shift = pose.shift;
  out.residual = pose.rotation.transpose() * (goal.colwise() - pose.shift) / pose.scale - points;
  out.pose = pose_of(pose.rotation);
  return out;
}

// The sum over rows 3 j + k of weights(k, j) * row.
Eigen::VectorXf weighted(const ModeMoments& moments, const Eigen::Matrix3f& weights) {
  return moments.transpose() * Eigen::Map<const Eigen::Matrix<float, 9, 1>>(weights.data());
}

}  // namespace

void FaceModel::prepare_fit() {
  const auto mean = Eigen::Map<const Points>(mean_.data(), 3, kSurfacePoints);
  products_ = mode_products(modes_);
  squares_ = products_[0] + products_[1] + products_[2];
  mean_moments_ = mode_moments(modes_, mean);
  const ModeMoments sums = mode_moments(modes_, Points::Ones(3, kSurfacePoints));
  mode_sums_ = sums.topRows(3);
}

Eigen::MatrixXf FaceModel::normal_matrix(const Eigen::Vector3f& v, float k) const {
  const Eigen::Vector3f u = kDepthLoss * v;
  Eigen::MatrixXf out = squares_ - u[0] * v[0] * products_[0] - u[1] * v[1] * products_[1] -
                        u[2] * v[2] * products_[2] - u[0] * v[1] * products_[3] - u[0] * v[2] * products_[4] -
                        u[1] * v[2] * products_[5];
  out *= k * k;
  out.diagonal().array() += kRidge;
  return out;
}

// The points are looked at twice: for their moments, and for what the modes do not explain.
Result<ShapeFit> FaceModel::fit(const Mesh& mesh) const {
  const float eyes = eye_distance_px(mesh);
  if (!(eyes > kMinEyeDistancePx)) return without_extent(eyes);
  constexpr auto kCount = static_cast<float>(kSurfacePoints);
  const Points goal = upright(mesh);
  const auto mean = Eigen::Map<const Points>(mean_.data(), 3, kSurfacePoints);
  const Eigen::Vector3f mean_goal = goal.rowwise().mean(), mean_mean = mean.rowwise().mean();
  const Points centred = goal.colwise() - mean_goal;
  const ModeMoments moments = mode_moments(modes_, centred);
  const Eigen::Matrix3f mean_covariance = centred * mean.transpose();
  const Eigen::VectorXf mean_squares = weighted(mean_moments_, Eigen::Matrix3f::Identity());
  const float squares = mean.squaredNorm();
  Eigen::VectorXf c = Eigen::VectorXf::Zero(modes_.cols());
  const auto pose_at = [&] {
    PointSums sums{mean_mean + mode_sums_ * c / kCount, mean_goal, mean_covariance, 0};
    const Eigen::Matrix<float, 9, 1> moved = moments * c;
    sums.covariance += Eigen::Map<const Eigen::Matrix3f>(moved.data()).transpose();
    sums.squares =
        squares + 2 * mean_squares.dot(c) + c.dot(squares_ * c) - kCount * sums.mean_points.squaredNorm();
    return align(sums);
  };
  Eigen::Matrix3f metric;
  Eigen::LLT<Eigen::MatrixXf> normal;
  float k = 0;
  for (int round = 0; round < kRounds; ++round) {
    const Similarity pose = pose_at();
    if (round < kWeighings) {
      const Eigen::Vector3f v = viewing_direction(pose);
      k = pose.scale / eyes;
      metric = Eigen::Matrix3f::Identity() - kDepthLoss * v * v.transpose();
      normal.compute(normal_matrix(v, k));
    }
    const Eigen::Matrix3f back = metric * pose.rotation.transpose() / pose.scale;
    const Eigen::VectorXf wanted = weighted(moments, back) - weighted(mean_moments_, metric) +
                                   mode_sums_.transpose() * (back * (mean_goal - pose.shift));
    c = normal.solve(k * k * wanted);
  }
  const Eigen::VectorXf flat = mean_ + modes_ * c;
  return finished(pose_at(), Eigen::Map<const Points>(flat.data(), 3, kSurfacePoints), goal, c,
                  identity_count_);
}

Result<ShapeFit> FaceModel::fit_plain(const Mesh& mesh) const {
  const float eyes = eye_distance_px(mesh);
  if (!(eyes > kMinEyeDistancePx)) return without_extent(eyes);
  const Points goal = upright(mesh), mean = Eigen::Map<const Points>(mean_.data(), 3, kSurfacePoints);
  Eigen::VectorXf c = Eigen::VectorXf::Zero(modes_.cols());
  Points current = mean;
  for (int round = 0; round < kRounds; ++round) {
    const Similarity pose = align(current, goal);
    const Eigen::Vector3f v = viewing_direction(pose);
    const Eigen::Matrix3f metric = Eigen::Matrix3f::Identity() - kDepthLoss * v * v.transpose();
    const float k = pose.scale / eyes;
    const Points wanted = pose.rotation.transpose() * (goal.colwise() - pose.shift) / pose.scale - mean;
    const Points weighted = k * k * (metric * wanted);
    c = normal_matrix(v, k).llt().solve(modes_.transpose() *
                                        Eigen::Map<const Eigen::VectorXf>(weighted.data(), weighted.size()));
    const Eigen::VectorXf flat = mean_ + modes_ * c;
    current = Eigen::Map<const Points>(flat.data(), 3, kSurfacePoints);
  }
  return finished(align(current, goal), current, goal, c, identity_count_);
}

Mesh FaceModel::with_identity_of(const ShapeFit& source, const ShapeFit& target, const Mesh& target_mesh,
                                 const ShapeTransfer& how) const {
  const Eigen::VectorXf flat =
      modes_.leftCols(identity_count_) * (how.identity * (source.identity - target.identity));
  Points move = Eigen::Map<const Points>(flat.data(), 3, kSurfacePoints) +
                how.residual * (source.residual - target.residual);
  move = target.scale * target.rotation * (move * taper_.asDiagonal());
  Mesh out = target_mesh;
  for (int i = 0; i < kSurfacePoints; ++i) {
    out[i].x += move(0, i);
    out[i].y -= move(1, i);
    out[i].z -= move(2, i);
  }
  keep_lids(target_mesh, &out);
  using topology::Index;
  const auto carry_iris = [&](Index iris, std::array<Index, 4> lids) {
    for (Index i = iris; i < iris + 5; ++i) {
      for (Index lid : lids) {
        out[i].x += (out[lid].x - target_mesh[lid].x) / 4;
        out[i].y += (out[lid].y - target_mesh[lid].y) / 4;
      }
    }
  };
  carry_iris(topology::kRightIris, {topology::kRightEyeCorners[0], topology::kRightEyeCorners[1],
                                    topology::kRightUpperLid, topology::kRightLowerLid});
  carry_iris(topology::kLeftIris, {topology::kLeftEyeCorners[0], topology::kLeftEyeCorners[1],
                                   topology::kLeftUpperLid, topology::kLeftLowerLid});
  return out;
}

}  // namespace mien
