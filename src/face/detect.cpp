#include "face/detect.h"

#include <algorithm>
#include <cmath>

#include "core/try.h"

namespace mien {
namespace {

constexpr int kMapChannels = 20;
constexpr int kSizeMultiple = 32;
constexpr float kFarthestPx = 1e6f;       // of anything that is found, from the input's corner
constexpr float kSameFaceOverlap = 0.7f;  // of cells whose answers are averaged

float intersection_over_union(const Box& a, const Box& b) {
  const float w = std::min(a.x1, b.x1) - std::max(a.x0, b.x0),
              h = std::min(a.y1, b.y1) - std::max(a.y0, b.y0);
  if (w <= 0 || h <= 0) return 0;
  return w * h / (a.width() * a.height() + b.width() * b.height() - w * h);
}

// Finite, and so near that sums over all cells stay so.
bool is_plausible(const Detection& d) {
  const auto near = [](float v) { return std::abs(v) < kFarthestPx; };
  bool good = near(d.box.x0) && near(d.box.y0) && near(d.box.x1) && near(d.box.y1);
  for (const Point2f& p : d.points) good = good && near(p.x) && near(p.y);
  for (const float c : d.certainty) good = good && std::isfinite(c);
  return good && d.box.width() > 0 && d.box.height() > 0;
}

}  // namespace

std::vector<Detection> suppress_overlaps(std::vector<Detection> candidates, float max_overlap) {
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Detection& a, const Detection& b) { return a.score > b.score; });
  std::vector<Detection> kept;
  for (const Detection& c : candidates) {
    const auto overlaps = [&](const Detection& k) {
      return intersection_over_union(k.box, c.box) > max_overlap;
    };
    if (std::none_of(kept.begin(), kept.end(), overlaps)) kept.push_back(c);
  }
  return kept;
}

std::vector<Detection> average_overlaps(const std::vector<Detection>& candidates, float max_overlap) {
  std::vector<Detection> kept = suppress_overlaps(candidates, max_overlap);
  for (Detection& k : kept) {
    const Box box = k.box;
    float total = 0;
    Box sum{0, 0, 0, 0};
    std::array<Point2f, 5> points{};
    std::array<float, 5> weights{};
    for (const Detection& c : candidates) {
      if (intersection_over_union(box, c.box) < kSameFaceOverlap) continue;
      const float w = c.score * c.score * c.score;
      total += w;
      sum = {sum.x0 + w * c.box.x0, sum.y0 + w * c.box.y0, sum.x1 + w * c.box.x1, sum.y1 + w * c.box.y1};
      for (std::size_t i = 0; i < points.size(); ++i) {
        const float v = w * c.certainty[i];
        weights[i] += v;
        points[i] = {points[i].x + v * c.points[i].x, points[i].y + v * c.points[i].y};
      }
    }
    if (!(total > 0)) continue;
    k.box = {sum.x0 / total, sum.y0 / total, sum.x1 / total, sum.y1 / total};
    for (std::size_t i = 0; i < points.size(); ++i)
      if (weights[i] > 0) k.points[i] = {points[i].x / weights[i], points[i].y / weights[i]};
  }
  return kept;
}

void decode_map(const Tensor& map, float stride, float min_score, std::vector<Detection>* out) {
  if (map.channels != kMapChannels) return;
  const float min_logit = std::log(min_score / (1 - min_score));
  for (int y = 0; y < map.height; ++y) {
    for (int x = 0; x < map.width; ++x) {
      const auto value = [&](int c) { return map.channel(c)[static_cast<std::size_t>(y) * map.width + x]; };
      if (!(value(0) >= min_logit)) continue;
      // Cell (x, y) has its middle at (x + 0.5) * stride - 0.5 in pixels with centres at integers.
      const auto px = [&](int c) { return (static_cast<float>(x) + 0.5f + value(c)) * stride - 0.5f; };
      const auto py = [&](int c) { return (static_cast<float>(y) + 0.5f + value(c)) * stride - 0.5f; };
      const float half_w = std::exp(std::clamp(value(3), -4.0f, 5.0f)) * stride / 2;
      const float half_h = std::exp(std::clamp(value(4), -4.0f, 5.0f)) * stride / 2;
      Detection d;
      d.box = {px(1) - half_w, py(2) - half_h, px(1) + half_w, py(2) + half_h};
      for (int i = 0; i < 5; ++i) {
        const float off = std::exp(std::clamp(value(15 + i), -6.0f, 3.0f)) * stride;
        d.points[i] = {px(5 + 2 * i), py(6 + 2 * i)}, d.certainty[i] = 1 / (off * off);
      }
      d.score = 1 / (1 + std::exp(-value(0)));
      if (is_plausible(d)) out->push_back(d);
    }
  }
}

Result<Detector> Detector::load(const ModelFolder& folder, int threads, LowLight low_light) {
  MIEN_ASSIGN(Net net, Net::load(folder, "detect", threads));
  Detector out(std::move(net));
  const NetworkSpec& spec = out.net_.spec();
  const auto strides = spec.parameters.find("strides");
  if (strides == spec.parameters.end() || strides->second.size() != spec.outputs.size() ||
      spec.outputs.size() != 3) {
    return Status(Code::kModelRefused, "network detect: the manifest must name 3 outputs and 3 strides");
  }
  out.strides_.assign(strides->second.begin(), strides->second.end());
  MIEN_ASSIGN(const double score, spec.parameter("min_score"));
  MIEN_ASSIGN(const double overlap, spec.parameter("max_overlap"));
  out.default_min_score_ = static_cast<float>(score);
  out.low_light_ = low_light;
  out.max_overlap_ = static_cast<float>(overlap);
  return out;
}

Result<std::vector<Detection>> Detector::run(ImageView frame, int size_px, float min_score,
                                             DetectScratch& scratch, NetScratch& net_scratch,
                                             std::optional<float> gain) const {
  const InputSpec& in = net_.spec().input;
  const int longest = size_px > 0 ? size_px : in.width;
  const float k = static_cast<float>(longest) / static_cast<float>(std::max(frame.width, frame.height));
  const auto padded = [&](int side) {
    const int scaled = std::max(1, static_cast<int>(std::lround(static_cast<float>(side) * k)));
    return (scaled + kSizeMultiple - 1) / kSizeMultiple * kSizeMultiple;
  };
  const int width = padded(frame.width), height = padded(frame.height);
  const Affine input_from_frame{k, 0, 0.5f * k - 0.5f, 0, k, 0.5f * k - 0.5f};
  sample_affine(frame, input_from_frame, width, height, &scratch.pixels);
  const int used_w = std::max(1, static_cast<int>(std::lround(static_cast<float>(frame.width) * k)));
  const int used_h = std::max(1, static_cast<int>(std::lround(static_cast<float>(frame.height) * k)));
  scratch.gain = gain ? *gain : gain_for(low_light_, LookAt::kScene, used_w, used_h, scratch.pixels);
  brighten(scratch.gain, used_w, used_h, &scratch.pixels);
  scratch.input.resize(3, height, width);
  for (int c = 0; c < 3; ++c) {
    const float* from = scratch.pixels.channel(c);
    float* to = scratch.input.channel(c);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        const std::size_t i = static_cast<std::size_t>(y) * width + x;
        const float v = x < used_w && y < used_h ? from[i] : 0.0f;  // black beyond the frame, as in training
        to[i] = (v - in.mean[c]) / in.std[c];
      }
    }
  }
  MIEN_TRY(net_.run(scratch.input, scratch.maps, net_scratch));
  std::vector<Detection> candidates;
  const float threshold = min_score > 0 ? min_score : default_min_score_;
  for (std::size_t i = 0; i < strides_.size(); ++i)
    decode_map(scratch.maps[i], strides_[i], threshold, &candidates);
  std::vector<Detection> found = average_overlaps(candidates, max_overlap_);
  const Affine frame_from_input = input_from_frame.inverse();
  for (Detection& d : found) {
    const Point2f low = frame_from_input({d.box.x0, d.box.y0}), high = frame_from_input({d.box.x1, d.box.y1});
    d.box = {low.x, low.y, high.x, high.y};
    for (Point2f& p : d.points) p = frame_from_input(p);
  }
  return found;
}

}  // namespace mien
