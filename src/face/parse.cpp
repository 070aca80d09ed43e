#include "face/parse.h"

#include <algorithm>
#include <cmath>

#include "core/try.h"
#include "face/network_input.h"

namespace mien {
namespace {

void softmax(Tensor* logits) {
  const std::size_t plane = static_cast<std::size_t>(logits->height) * logits->width;
  for (std::size_t i = 0; i < plane; ++i) {
    float highest = logits->channel(0)[i], sum = 0;
    for (int c = 1; c < logits->channels; ++c) highest = std::max(highest, logits->channel(c)[i]);
    for (int c = 0; c < logits->channels; ++c)
      sum += logits->channel(c)[i] = std::exp(logits->channel(c)[i] - highest);
    for (int c = 0; c < logits->channels; ++c) logits->channel(c)[i] /= sum;
  }
}

}  // namespace

Result<ParseNet> ParseNet::load(const ModelFolder& folder, int threads, LowLight low_light) {
  MIEN_ASSIGN(Net net, Net::load(folder, "parse", threads));
  ParseNet out(std::move(net));
  MIEN_ASSIGN(const double span, out.net_.spec().parameter("crop_span"));
  out.low_light_ = low_light;
  out.span_ = static_cast<float>(span);
  return out;
}

Done ParseNet::run(ImageView frame, const LevelSquare& square, int size_px, ParseScratch& scratch,
                   NetScratch& net_scratch, RegionMap* out) const {
  const InputSpec& in = net_.spec().input;
  const int size = size_px > 0 ? size_px : in.width;
  const Affine crop = crop_from_frame(square, span_, size);
  sample_affine(frame, crop, size, size, &scratch.pixels);
  brighten(gain_for(low_light_, LookAt::kFace, size, size, scratch.pixels), size, size, &scratch.pixels);
  normalise_pixels(scratch.pixels, in, &scratch.input);
  MIEN_TRY(net_.run(scratch.input, {&out->probability, 1}, net_scratch));
  const Tensor& map = out->probability;
  if (map.channels != kRegionClasses || map.width < 2 || map.height < 2) {
    return Status(Code::kModelRefused, "network parse gives " + std::to_string(map.channels) +
                                           " classes, expected " + std::to_string(kRegionClasses));
  }
  softmax(&out->probability);
  remove_specks(&out->probability);
  // Grid cells are areas of the crop: cell i covers crop pixels i * k .. (i + 1) * k - 1.
  const float k = static_cast<float>(map.width) / static_cast<float>(size);
  out->map_from_frame = compose(Affine{k, 0, 0.5f * k - 0.5f, 0, k, 0.5f * k - 0.5f}, crop);
  return {};
}

}  // namespace mien
