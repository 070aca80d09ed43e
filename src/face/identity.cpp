#include "face/identity.h"

#include <cmath>

#include "core/try.h"
#include "face/network_input.h"
#include "face/topology.h"

namespace mien {
namespace {

Result<std::array<Point2f, 5>> template_of(const NetworkSpec& spec) {
  const auto found = spec.parameters.find("template");
  if (found == spec.parameters.end() || found->second.size() != 10) {
    return Status(Code::kModelRefused,
                  "network identity: the manifest must have 10 numbers 'template', five points as shares of "
                  "the crop's side");
  }
  std::array<Point2f, 5> out;
  for (std::size_t i = 0; i < out.size(); ++i) {
    // The file's template puts a pixel's centre at half-integers.
    out[i].x = static_cast<float>(found->second[2 * i] * spec.input.width - 0.5);
    out[i].y = static_cast<float>(found->second[2 * i + 1] * spec.input.height - 0.5);
  }
  return out;
}

// kInternal when the numbers have no direction.
Result<Identity> normalised(const Tensor& numbers) {
  double sum = 0;
  for (const float v : numbers.values) sum += static_cast<double>(v) * v;
  const double length = std::sqrt(sum);
  if (!std::isfinite(length) || length < 1e-6)
    return Status(Code::kInternal, "network identity gave numbers without a direction (length " +
                                       std::to_string(length) + ")");
  Identity out;
  for (std::size_t i = 0; i < out.values.size(); ++i)
    out.values[i] = static_cast<float>(numbers.values[i] / length);
  return out;
}

}  // namespace

Result<IdentityNet> IdentityNet::load(const ModelFolder& folder, int threads) {
  MIEN_ASSIGN(Net net, Net::load(folder, "identity", threads));
  IdentityNet out(std::move(net));
  MIEN_ASSIGN(out.template_px_, template_of(out.net_.spec()));
  if (out.net_.spec().outputs.size() != 1) {
    return Status(Code::kModelRefused, "network identity: the manifest names " +
                                           std::to_string(out.net_.spec().outputs.size()) +
                                           " outputs, expected 1");
  }
  return out;
}

Result<Identity> IdentityNet::run(ImageView frame, const Mesh& mesh, IdentityScratch& scratch,
                                  NetScratch& net_scratch) const {
  const InputSpec& in = net_.spec().input;
  std::array<Point2f, 5> points;
  for (std::size_t i = 0; i < points.size(); ++i)
    points[i] = {mesh[topology::kFivePoints[i]].x, mesh[topology::kFivePoints[i]].y};
  const Affine crop = similarity_between(points, template_px_);
  if (!(crop.scale() > 1e-6f))
    return Status(Code::kNoFace, "the face's five points lie on one spot; use a larger picture");
  sample_affine(frame, crop, in.width, in.height, &scratch.pixels);
  normalise_pixels(scratch.pixels, in, &scratch.input);
  MIEN_TRY(net_.run(scratch.input, scratch.outputs, net_scratch));
  if (scratch.outputs[0].values.size() != kIdentityNumbers) {
    return Status(Code::kModelRefused, "network identity gives " +
                                           std::to_string(scratch.outputs[0].values.size()) +
                                           " numbers, expected " + std::to_string(kIdentityNumbers));
  }
  return normalised(scratch.outputs[0]);
}

// Umeyama's closed form in the plane: with points as complex numbers z, w around their means, the factor is
// sum(conj(z) w) / sum |z|^2.
Affine similarity_between(const std::array<Point2f, 5>& from, const std::array<Point2f, 5>& to) {
  Point2f mean_from, mean_to;
  for (std::size_t i = 0; i < from.size(); ++i) {
    mean_from = {mean_from.x + from[i].x / 5, mean_from.y + from[i].y / 5};
    mean_to = {mean_to.x + to[i].x / 5, mean_to.y + to[i].y / 5};
  }
  float real = 0, imaginary = 0, spread = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const float x = from[i].x - mean_from.x, y = from[i].y - mean_from.y, u = to[i].x - mean_to.x,
                v = to[i].y - mean_to.y;
    real += x * u + y * v, imaginary += x * v - y * u, spread += x * x + y * y;
  }
  if (!(spread > 1e-6f)) return {0, 0, mean_to.x, 0, 0, mean_to.y};
  const float a = real / spread, b = imaginary / spread;
  return {a, -b, mean_to.x - a * mean_from.x + b * mean_from.y,
          b, a,  mean_to.y - b * mean_from.x - a * mean_from.y};
}

float similarity(const Identity& a, const Identity& b) {
  float sum = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) sum += a.values[i] * b.values[i];
  return sum;
}

}  // namespace mien
