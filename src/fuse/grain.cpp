#include "fuse/grain.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "core/luma.h"
#include "core/simd_clones.h"
#include "fuse/fast_math.h"
#include "fuse/robust.h"

namespace mien {
namespace {

// Sharpness is the energy of a fine band over that of the next coarser one: blur takes the fine one first.
constexpr float kBandSigma = 0.009f;  // of the fine band, in face widths
// Shares of the fused face's sharpness: above the first the target is sharp enough, below the second it
// counts as blurred.
constexpr float kHardlyBlurred = 0.7f, kFullyBlurred = 0.5f;
// Sharp photos of faces have 0.41 to 0.83 whatever they show, blurred by 1.5 % of the face's width 0.22 to
// 0.4: a sharp one is never taken for blurred because the source has stubble.
constexpr float kBlurredItself = 0.36f, kSharpItself = 0.44f;
// Of a blurred target: what the fused face may have of its fine band's energy. Other faces differ by a half.
constexpr float kMoreDetail = 1.8f, kMuchMoreDetail = 3;
constexpr float kBlurStep = 1.3f;                            // between the blurs that are tried
constexpr float kLargestBlur = 0.05f;                        // in face widths
constexpr float kSmallestNoise = 2, kClearlyNoisier = 1.3f;  // of 255; of the fused face's own
constexpr float kNoisy = 4;                                  // of 255
constexpr float kSmallestSigma =
    0.8f;  // pixels that the bands are looked at in; larger faces are made smaller for it
constexpr std::size_t kMostSamples = 2'500, kFewestSamples = 200;
constexpr float kInside = 0.5f;  // alpha above which a pixel counts

void light_of(const PlanarRgb& picture, int factor, Plane* scratch, Plane* out) {
  luma_of(picture, scratch);
  shrink_boxes(*scratch, factor, out);
}

struct BandEnergies {
  float fine = 0, coarse = 0;
};

// Mean energy of the bands sigma..2 sigma and 2 sigma..4 sigma where weight > 1/2.
BandEnergies band_energies(const Plane& light, const Plane& weight, float sigma, GrainScratch* s) {
  for (int k = 0; k < 3; ++k) {
    s->band[k] = light;
    gaussian_blur(&s->band[k], sigma * static_cast<float>(1 << k), &s->line);
  }
  double fine = 0, coarse = 0, n = 1e-9;
  for (std::size_t i = 0; i < light.size(); ++i) {
    if (weight.values[i] <= 0.5f) continue;
    const float a = s->band[0].values[i] - s->band[1].values[i],
                b = s->band[1].values[i] - s->band[2].values[i];
    fine += a * a, coarse += b * b, n += 1;
  }
  return {static_cast<float>(fine / n), static_cast<float>(coarse / n)};
}

// fine over coarse, without what white noise of that strength puts into both.
float sharpness(const BandEnergies& e, float noise, float sigma) {
  // Variance of G(s) - G(2s) of unit white noise: (1 + 1/4 - 4/5) / (4 pi s^2). Two thirds of it: rather no
  // blur than too much.
  const float share = 0.3f / (4 * std::numbers::pi_v<float> * std::max(sigma * sigma, 0.1f));
  const float fine = e.fine - noise * noise * share, coarse = e.coarse - noise * noise * share / 4;
  return std::max(fine, 0.02f * e.fine) / std::max(coarse, 0.02f * e.coarse + 1e-6f);
}

// Noise by the method of Immerkaer (1996), made robust: 1.48 times the median absolute answer to a filter
// that edges and gradients do not reach, at full size and at half of it: what Noise holds.

float filtered(const float* p, int stride) {
  const float* up = p - stride;
  const float* down = p + stride;
  return (up[-1] - 2 * up[0] + up[1] - 2 * p[-1] + 4 * p[0] - 2 * p[1] + down[-1] - 2 * down[0] + down[1]) /
         6;
}

float filtered_at_half(const float* p, int stride) {
  constexpr float kWeights[3] = {1, -2, 1};
  float sum = 0;
  for (int v = -1; v <= 1; ++v) {
    for (int u = -1; u <= 1; ++u) {
      const float* q = p + 2 * v * stride + 2 * u;
      sum += kWeights[v + 1] * kWeights[u + 1] * (q[0] + q[1] + q[stride] + q[stride + 1]) / 4;
    }
  }
  return sum / 6;
}

// Valid until the next call on this thread.
const std::vector<std::size_t>& skin_samples(const Plane& skin) {
  thread_local std::vector<std::size_t> out;
  out.clear();
  const std::size_t step = 1 + skin.size() / kMostSamples / 3;
  for (std::size_t i = 0; i < skin.size(); i += step) {
    const int x = static_cast<int>(i % static_cast<std::size_t>(skin.width)),
              y = static_cast<int>(i / static_cast<std::size_t>(skin.width));
    if (skin.values[i] > kInside && x > 2 && y > 2 && x < skin.width - 4 && y < skin.height - 4)
      out.push_back(i);
  }
  return out;
}

// Pixels that are no numbers have no noise; sorting would not survive them.
float finite(float v) { return std::isfinite(v) ? v : 0.0f; }

Noise measure_noise(const PlanarRgb& picture, const std::vector<std::size_t>& at) {
  Noise out;
  thread_local std::array<std::vector<float>, 3> full;  // scratch that keeps its memory
  thread_local std::vector<float> half, copy;
  for (int c = 0; c < 3; ++c) {
    half.clear(), full[static_cast<std::size_t>(c)].clear();
    for (const std::size_t i : at) {
      full[static_cast<std::size_t>(c)].push_back(finite(filtered(picture.channel(c) + i, picture.width)));
      half.push_back(finite(filtered_at_half(picture.channel(c) + i, picture.width)));
    }
    copy = full[static_cast<std::size_t>(c)];
    out.full[static_cast<std::size_t>(c)] = robust_deviation(&copy),
    out.half[static_cast<std::size_t>(c)] = robust_deviation(&half);
  }
  double both = 0, red = 1e-6, green = 1e-6;
  const float limit_r = 3 * out.full[0], limit_g = 3 * out.full[1];
  for (std::size_t k = 0; k < at.size(); ++k) {
    const float r = std::clamp(full[0][k], -limit_r, limit_r), g = std::clamp(full[1][k], -limit_g, limit_g);
    both += r * g, red += r * r, green += g * g;
  }
  out.shared = static_cast<float>(std::clamp(both / std::sqrt(red * green), 0.0, 1.0));
  return out;
}

// The sigma that makes the fused face as sharp as the target and, where that is blurred, takes away what it has
// more of detail; canvas pixels, 0 where nothing is to be done.
float blur_needed(const PlanarRgb& target, const PlanarRgb& fused, const WarpMaps& maps, const Plane& alpha,
                  float width_px, const Noise& target_noise, const Noise& fused_noise, GrainScratch* s) {
  const int factor = std::max(1, static_cast<int>(std::lround(kBandSigma * width_px / kSmallestSigma)));
  // In a noisy target the finest band is noise: look at the next ones.
  const float coarser = target_noise.full[1] > kNoisy ? 2.0f : 1.0f;
  const float sigma = coarser * std::max(kSmallestSigma, kBandSigma * width_px / static_cast<float>(factor));
  light_of(target, factor, &s->channel, &s->target_light);
  light_of(fused, factor, &s->channel, &s->fused_light);
  s->channel = alpha;
  for (std::size_t i = 0; i < alpha.size(); ++i) s->channel.values[i] *= maps.covered(i) ? 1.0f : 0.0f;
  shrink_boxes(s->channel, factor, &s->weight);
  for (std::size_t i = 0; i < s->weight.size(); ++i)
    if (s->weight.values[i] < 0.01f) s->fused_light.values[i] = s->target_light.values[i];
  const auto left = [&](const Noise& noise) { return noise.full[1] / static_cast<float>(factor); };
  const BandEnergies seen = band_energies(s->target_light, s->weight, sigma, s);
  thread_local Plane unblurred;
  unblurred = s->fused_light;
  const BandEnergies drawn = band_energies(unblurred, s->weight, sigma, s);
  const float wanted = sharpness(seen, left(target_noise), sigma),
              own = sharpness(drawn, left(fused_noise), sigma);
  // Set in little by little, so that the frames of a clip do not jump.
  const float is_blurred = 1 - smoothstep(kBlurredItself, kSharpItself, wanted),
              less_sharp = is_blurred * (1 - smoothstep(kFullyBlurred, kHardlyBlurred, wanted / own)),
              less_detail = is_blurred *
                            smoothstep(kMoreDetail, kMuchMoreDetail, drawn.fine / std::max(seen.fine, 1e-6f));
  if (!(less_sharp > 0 || less_detail > 0)) return 0;
  const float largest = kLargestBlur * width_px / static_cast<float>(factor);
  float for_sharpness = 0.5f * sigma, for_detail = for_sharpness;
  for (float blur = 0.5f * sigma; blur < largest; blur *= kBlurStep) {
    s->fused_light = unblurred;
    gaussian_blur(&s->fused_light, blur, &s->line);
    const BandEnergies left_over = band_energies(s->fused_light, s->weight, sigma, s);
    const bool too_sharp = sharpness(left_over, 0, sigma) > wanted,
               too_much = left_over.fine > kMoreDetail * seen.fine;
    if (too_sharp) for_sharpness = std::min(blur * kBlurStep, largest);
    if (too_much) for_detail = std::min(blur * kBlurStep, largest);
    if (!too_sharp && !too_much) break;
  }
  return std::max(less_sharp * for_sharpness, less_detail * for_detail) * static_cast<float>(factor);
}

// Blurs the fused face with the target around it, so that no black is pulled in, and the masks.
void blur_face(const PlanarRgb& target, const WarpMaps& maps, float sigma_px, GrainScratch* s,
               FaceMasks* masks, PlanarRgb* fused) {
  s->channel.resize(fused->width, fused->height);
  for (int c = 0; c < 3; ++c) {
    for (std::size_t i = 0; i < fused->plane(); ++i)
      s->channel.values[i] = maps.covered(i) ? fused->channel(c)[i] : target.channel(c)[i];
    gaussian_blur(&s->channel, sigma_px, &s->line);
    std::copy(s->channel.values.begin(), s->channel.values.end(), fused->channel(c));
  }
  for (Plane* mask : {&masks->alpha, &masks->mouth, &masks->right_eye, &masks->left_eye}) {
    gaussian_blur(mask, sigma_px, &s->line);
    for (float& v : mask->values) v = std::clamp(v * 1.02f - 0.01f, 0.0f, 1.0f);
  }
}

// A value of mean 0 and standard deviation 1 for each place and seed: the sum of four uniform ones.
MIEN_INLINE float noise_at(std::uint32_t place, std::uint32_t seed) {
  std::uint32_t h = place * 0x9E3779B1u ^ seed;
  h ^= h >> 15, h *= 0x2C1B3C6Du, h ^= h >> 12, h *= 0x297A2D39u, h ^= h >> 15;
  const std::uint32_t sum = (h & 255u) + (h >> 8 & 255u) + (h >> 16 & 255u) + (h >> 24);
  return static_cast<float>(static_cast<std::int32_t>(sum) - 510) / 147.8f;
}

MIEN_SIMD_CLONES
void fill_noise(std::uint32_t seed, std::size_t n, float* __restrict out) {
  for (std::size_t i = 0; i < n; ++i) out[i] = noise_at(static_cast<std::uint32_t>(i), seed);
}

MIEN_SIMD_CLONES
void smooth_row(const float* up, const float* row, const float* down, int width, float* __restrict out) {
  constexpr float kUnit = 16.0f / 6.0f;  // the binomial's 2-norm is 6/16
  for (int x = 1; x < width - 1; ++x) {
    const float sides = up[x] + down[x] + row[x - 1] + row[x + 1],
                corners = up[x - 1] + up[x + 1] + down[x - 1] + down[x + 1];
    out[x] = kUnit * (4 * row[x] + 2 * sides + corners) / 16;
  }
}

// How much white noise and how much noise smoothed by a 3x3 binomial (scaled back to unit strength) add up to
// the missing variances at full and at half size: the filter above answers 1 and 0.5 to the first, 0.166 and
// 0.499 to the second.
constexpr float kMostSmooth = 3;  // of the missing noise at full size: beyond it is texture, not noise

struct Mix {
  float white = 0, smooth = 0;
};

Mix mix_for(float missing_full, float missing_half) {
  const float white = std::max(0.0f, (missing_full - 0.111f * missing_half) / 0.972f);
  const float smooth = std::max(0.0f, 4.016f * missing_half - 1.004f * white);
  return {std::sqrt(white), std::min(std::sqrt(smooth), kMostSmooth * std::sqrt(missing_full))};
}

void smooth_noise(const Plane& white, Plane* out) {
  out->resize(white.width, white.height);
  out->fill(0);
  for (int y = 1; y + 1 < white.height; ++y)
    smooth_row(white.row(y - 1), white.row(y), white.row(y + 1), white.width, out->row(y));
}

std::uint32_t seed_of(const PlanarRgb& picture) {
  std::uint32_t h = 2166136261u;
  const std::size_t step = 1 + picture.plane() / 512;
  for (std::size_t i = 0; i < picture.plane(); i += step)
    h = (h ^ static_cast<std::uint32_t>(std::clamp(finite(picture.channel(1)[i]), 0.0f, 255.0f))) * 16777619u;
  return h;
}

MIEN_SIMD_CLONES
void mix_noise(const Mix& mix, const float* white, const float* smooth, const float* alpha, std::size_t n,
               float* __restrict channel) {
  for (std::size_t i = 0; i < n; ++i) {
    const float noisy = channel[i] + mix.white * white[i] + mix.smooth * smooth[i];
    channel[i] = alpha[i] > 0 ? std::clamp(noisy, 0.0f, 255.0f) : channel[i];
  }
}

// Adds `share` of one noise picture to a channel where the face is drawn.
void add_noise(std::uint32_t seed, const Mix& mix, const Plane& alpha, GrainScratch* s, float* channel) {
  s->white.resize(alpha.width, alpha.height);
  fill_noise(seed, s->white.size(), s->white.values.data());
  smooth_noise(s->white, &s->smooth);
  mix_noise(mix, s->white.values.data(), s->smooth.values.data(), alpha.values.data(), alpha.size(), channel);
}

constexpr float kPersistenceShare = 0.2f;      // of a frame in what is known of the noise's persistence
constexpr float kNew = 0.15f, kSticks = 0.5f;  // correlation from one frame to the next of noise that is
                                               // drawn anew, and that is the clip's texture
constexpr float kLookShare = 0.4f;             // of a new one in what is used
constexpr float kLeastBlurPx = 0.15f;          // less cannot be seen

Noise between(const Noise& a, const Noise& b, float share) {
  Noise out;
  for (std::size_t c = 0; c < 3; ++c) {
    out.full[c] = a.full[c] + share * (b.full[c] - a.full[c]);
    out.half[c] = a.half[c] + share * (b.half[c] - a.half[c]);
  }
  out.shared = a.shared + share * (b.shared - a.shared);
  return out;
}

// A new measurement; without memory it is taken as it is.
struct GrainLook {
  Noise wanted, own;
  float blur_px = 0;
};

void steady_blur(const GrainMemory* memory, float width_px, GrainLook* look) {
  if (memory != nullptr && memory->known) {
    const float before = memory->blur_share * width_px;
    look->blur_px = before + kLookShare * (look->blur_px - before);
  }
  if (look->blur_px < kLeastBlurPx && memory != nullptr) look->blur_px = 0;
}

void remember(const GrainLook& look, float width_px, GrainMemory* memory) {
  const float share = memory->known ? kLookShare : 1;
  memory->wanted = between(memory->wanted, look.wanted, share);
  memory->own = between(memory->own, look.own, share);
  memory->blur_share = look.blur_px / std::max(width_px, 1.0f);
  memory->known = true, memory->frames_left = memory->period - 1;
}

// Compares the target's noise at the surface's points with that of the last frame.
void note_persistence(const PlanarRgb& target, const Plane& skin, const Mesh& surface, GrainMemory* memory) {
  const float limit = 3 * memory->wanted.half[1] + 1;
  double both = 0, now2 = 1e-6, before2 = 1e-6;
  int seen = 0;
  for (int i = 0; i < kSurfacePoints; ++i) {
    const int x = static_cast<int>(std::lround(std::clamp(surface[i].x, -1.0f, 1e6f))),
              y = static_cast<int>(std::lround(std::clamp(surface[i].y, -1.0f, 1e6f)));
    float now = 0;
    if (x > 2 && y > 2 && x < skin.width - 4 && y < skin.height - 4) {
      const std::size_t at = static_cast<std::size_t>(y) * skin.width + x;
      if (skin.values[at] > kInside)
        now = std::clamp(finite(filtered_at_half(target.channel(1) + at, target.width)), -limit, limit);
    }
    const float before = memory->last[static_cast<std::size_t>(i)];
    if (now != 0 && before != 0) both += now * before, now2 += now * now, before2 += before * before, ++seen;
    memory->last[static_cast<std::size_t>(i)] = now;
  }
  if (seen < 20) return;
  const auto correlation = static_cast<float>(std::max(both / std::sqrt(now2 * before2), 0.0));
  memory->persistence += kPersistenceShare * (correlation - memory->persistence);
}

// Adds what the fused face lacks, `share` of its variance. -> its strength in green.
float add_missing_noise(const PlanarRgb& target, const Noise& wanted, const Noise& own, float share,
                        const Plane& alpha, GrainScratch* s, PlanarRgb* fused) {
  if (!(share > 0) || wanted.full[1] < kSmallestNoise || wanted.full[1] < kClearlyNoisier * own.full[1])
    return 0;
  share *=
      smoothstep(kSmallestNoise, kNoisy, wanted.full[1]);  // freckles of a sharpened photo look like some
  const std::uint32_t seed = seed_of(target);
  const float common = std::sqrt(wanted.shared), apart = std::sqrt(1 - wanted.shared);
  float strength = 0;
  for (std::size_t c = 0; c < 3; ++c) {
    const auto missing = [&](const auto& of) {
      return share * std::max(0.0f, (wanted.*of)[c] * (wanted.*of)[c] - (own.*of)[c] * (own.*of)[c]);
    };
    const Mix mix = mix_for(missing(&Noise::full), missing(&Noise::half));
    float* channel = fused->channel(static_cast<int>(c));
    add_noise(seed, {common * mix.white, common * mix.smooth}, alpha, s, channel);
    add_noise(seed + 1 + static_cast<std::uint32_t>(c), {apart * mix.white, apart * mix.smooth}, alpha, s,
              channel);
    if (c == 1) strength = std::hypot(mix.white, mix.smooth);
  }
  return strength;
}

}  // namespace

GrainReport match_grain(const PlanarRgb& target, const WarpMaps& maps, float width_px, GrainScratch* s,
                        FaceMasks* masks, PlanarRgb* fused, GrainMemory* memory, const Mesh* surface) {
  GrainReport out;
  const bool held = memory != nullptr && memory->frames_left > 0;
  GrainLook look;
  const std::vector<std::size_t>* at = nullptr;
  if (held) {
    --memory->frames_left;
    look.blur_px = memory->blur_share * width_px;
  } else {
    at = &skin_samples(masks->skin);
    if (at->size() < kFewestSamples) {
      if (memory != nullptr) memory->known = false;
      return out;
    }
    look.wanted = measure_noise(target, *at), look.own = measure_noise(*fused, *at);
    look.blur_px = blur_needed(target, *fused, maps, masks->alpha, width_px, look.wanted, look.own, s);
    steady_blur(memory, width_px, &look);
  }
  out.blur_px = look.blur_px;
  if (out.blur_px > 0) {
    blur_face(target, maps, out.blur_px, s, masks, fused);
    if (!held) look.own = measure_noise(*fused, *at);
  }
  float share = 1;
  if (memory != nullptr) {
    if (!held) remember(look, width_px, memory);
    look.wanted = memory->wanted, look.own = memory->own;
    if (surface != nullptr) note_persistence(target, masks->skin, *surface, memory);
    share = 1 - smoothstep(kNew, kSticks, memory->persistence);
  }
  out.noise = add_missing_noise(target, look.wanted, look.own, share, masks->alpha, s, fused);
  return out;
}

}  // namespace mien
