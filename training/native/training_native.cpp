// What the training shares with the product, as plain C functions for ctypes. Built by
// training/mien_train/native.py.
#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/raster.h"
#include "fuse/coarse_inputs.h"
#include "pipeline/prepare_face.h"

namespace {

using namespace mien;

struct Context {
  explicit Context(FaceModel m) : model(std::move(m)) {}
  FaceModel model;
  ThreadPool pool{1};
  FuseScratch scratch;
  CoarseInputScratch coarse_scratch;
  CoarseCrop crop;
  PreparedFace prepared;
  Trace trace;
  bool raw = false;  // an ablation: the networks see the warp as it was before its relighting
  std::string error;
};

struct Picture {
  const std::uint8_t* pixels;  // packed BGR
  int width, height;
  const float* mesh;          // 478 x 3, pixels
  const std::uint8_t* cover;  // width * height, 255 where something hides the face; null: nothing
};

Mesh mesh_from(const float* points) {
  Mesh mesh;
  for (int i = 0; i < kMeshPoints; ++i) mesh[i] = {points[3 * i], points[3 * i + 1], points[3 * i + 2]};
  return mesh;
}

ImageView view_of(const Picture& p) {
  return {p.pixels, p.width, p.height, p.width * std::ptrdiff_t{3}, PixelFormat::kBgr8};
}

// A region map at the picture's own resolution that says "occluder" where cover is set and skin elsewhere.
std::optional<RegionMap> regions_of(const Picture& p) {
  if (p.cover == nullptr) return std::nullopt;
  RegionMap map;
  map.probability.resize(kRegionClasses, p.height, p.width);
  std::fill(map.probability.values.begin(), map.probability.values.end(), 0.0f);
  float* occluder = map.probability.channel(static_cast<int>(RegionClass::kOccluder));
  float* skin = map.probability.channel(static_cast<int>(RegionClass::kSkin));
  for (int i = 0; i < p.width * p.height; ++i)
    occluder[i] = static_cast<float>(p.cover[i]) / 255, skin[i] = 1 - occluder[i];
  return map;
}

// The network's input, size x size, from what the context holds of the fused face.
void look(Context& c, ImageView target, int size) {
  const FuseScratch& s = c.scratch;
  const CoarseScene scene{target,
                          c.prepared.where.canvas_from_frame(),
                          s.fused,
                          s.trust,
                          s.masks,
                          s.relight,
                          c.prepared.fused,
                          c.model.canonical_mesh(),
                          c.model.triangles()};
  make_coarse_input(scene, &c.coarse_scratch, &c.crop, size);
}

// The classical half and the network's input, size x size. share: of the source's shape. -> false with
// context.error
bool prepare(Context& c, const Picture& source, const Picture& target, float share, int size = kCoarseSize) {
  const Mesh from = mesh_from(source.mesh), onto = mesh_from(target.mesh);
  const auto source_regions = regions_of(source), target_regions = regions_of(target);
  const SourceTexture texture =
      make_texture(view_of(source), from, c.model.triangles(), source_regions ? &*source_regions : nullptr);
  const auto source_fit = c.model.fit(from), target_fit = c.model.fit(onto);
  if (!source_fit.ok() || !target_fit.ok()) {
    c.error = "a mesh without extent";
    return false;
  }
  const Mesh fused = c.model.with_identity_of(*source_fit, *target_fit, onto, {share, share});
  FuseScratch& s = c.scratch;
  c.prepared =
      prepare_face(texture, fused, onto, expression_gap(c.model, *source_fit, *target_fit), view_of(target),
                   target_regions ? &*target_regions : nullptr, c.model, c.pool, s, c.trace);
  if (c.prepared.where.width < 1 || c.prepared.where.height < 1) {
    c.error = "the face lies outside of the picture";
    return false;
  }
  if (c.raw) {
    Plane same_trust;
    warp_source(texture, s.maps, c.prepared.fused, c.pool, &s.fused, &same_trust);
  }
  look(c, view_of(target), size);
  return true;
}

Tensor tensor_from(const float* values, int channels, int size) {
  Tensor t;
  t.resize(channels, size, size);
  std::copy_n(values, t.values.size(), t.values.begin());
  return t;
}

}  // namespace

extern "C" {

void mien_rasterise(const float* vertices, int vertex_count, const float* attributes, int attribute_count,
                    const int* triangles, int triangle_count, int width, int height, float* out,
                    float* depth) {
  rasterise({reinterpret_cast<const RasterVertex*>(vertices), static_cast<std::size_t>(vertex_count)},
            {attributes, static_cast<std::size_t>(vertex_count) * attribute_count}, attribute_count,
            {reinterpret_cast<const RasterTriangle*>(triangles), static_cast<std::size_t>(triangle_count)},
            {width, height, out, depth});
}

// model: the bytes of face_model.bin. -> a context, or null.
void* mien_open(const std::uint8_t* model, long size) {
  auto parsed = FaceModel::parse({model, static_cast<std::size_t>(size)});
  return parsed.ok() ? new Context(std::move(*parsed)) : nullptr;
}

void mien_close(void* context) { delete static_cast<Context*>(context); }

const char* mien_error(void* context) { return static_cast<Context*>(context)->error.c_str(); }

void mien_use_raw_warp(void* context, int raw) { static_cast<Context*>(context)->raw = raw != 0; }

// The product's fusion of one face in steps. begin: the classical half; input gets 12 x 128 x 128. network
// (optional): what a coarse network answered. look, refine (optional): the input again, 12 x size x size of the
// face as it is now, and what the refine network answered. end: pastes into `target`. -> 0 when done
int mien_fuse_begin(void* context, const std::uint8_t* source, int source_width, int source_height,
                    const float* source_mesh, const std::uint8_t* source_cover, const std::uint8_t* target,
                    int target_width, int target_height, const float* target_mesh, const std::uint8_t* cover,
                    float strength, float* input) {
  Context& c = *static_cast<Context*>(context);
  if (!prepare(c, {source, source_width, source_height, source_mesh, source_cover},
               {target, target_width, target_height, target_mesh, cover}, strength))
    return 1;
  std::copy(c.crop.input.values.begin(), c.crop.input.values.end(), input);
  return 0;
}

void mien_fuse_network(void* context, const float* gain_bias, int gain_size, const float* residual_alpha,
                       int residual_size, int light_cell, float residual_kept) {
  Context& c = *static_cast<Context*>(context);
  apply_coarse_output(tensor_from(gain_bias, 6, gain_size), tensor_from(residual_alpha, 4, residual_size),
                      c.crop.input.channel(static_cast<int>(CoarseChannel::kAlpha)),
                      {light_cell, residual_kept}, c.crop.crop_from_canvas, c.scratch.trust, &c.scratch.fused,
                      &c.scratch.masks.alpha);
}

void mien_fuse_look(void* context, const std::uint8_t* target, int width, int height, int size,
                    float* input) {
  Context& c = *static_cast<Context*>(context);
  look(c, view_of({target, width, height, nullptr, nullptr}), size);
  std::copy(c.crop.input.values.begin(), c.crop.input.values.end(), input);
}

// To be called after mien_fuse_look(). answer: 2 x size x size.
void mien_fuse_refine(void* context, const float* answer, int size, float residual_kept) {
  Context& c = *static_cast<Context*>(context);
  CoarseAnswer read;
  read_refine_output(tensor_from(answer, 2, size), c.crop.input.width, residual_kept, &read);
  apply_coarse_answer(read, c.crop.crop_from_canvas, c.scratch.trust, &c.scratch.fused,
                      &c.scratch.masks.alpha);
}

void mien_fuse_end(void* context, std::uint8_t* target, int width, int height, float strength) {
  Context& c = *static_cast<Context*>(context);
  paste_face(c.prepared, strength, BlendMode::kAlpha, c.scratch,
             {target, width, height, width * std::ptrdiff_t{3}, PixelFormat::kBgr8});
}

// A training sample of a network that looks at the fused face. share: of the source's shape. out: 12 x size x
// size network input, 1 x size x size brows, lids and lips. truth: 3 x wide x wide, the target's RGB (0..1) at
// the crop's scale with the crop in its middle. wide_from_frame: 2 x 3. -> 0 when done
int mien_coarse_sample(void* context, const std::uint8_t* source, int source_width, int source_height,
                       const float* source_mesh, const std::uint8_t* source_cover, const std::uint8_t* target,
                       int target_width, int target_height, const float* target_mesh,
                       const std::uint8_t* cover, float share, int size, float* out, int wide, float* truth,
                       float* wide_from_frame) {
  Context& c = *static_cast<Context*>(context);
  const Picture onto{target, target_width, target_height, target_mesh, cover};
  if (!prepare(c, {source, source_width, source_height, source_mesh, source_cover}, onto, share, size))
    return 1;
  out = std::copy(c.crop.input.values.begin(), c.crop.input.values.end(), out);
  const Plane& features = c.scratch.masks.features;
  const Affine canvas_from_crop = c.crop.crop_from_canvas.inverse();
  for (int i = 0; i < size * size; ++i) {
    const Point2f p = canvas_from_crop({static_cast<float>(i % size), static_cast<float>(i / size)});
    const int x = std::clamp(static_cast<int>(std::lround(p.x)), 0, features.width - 1),
              y = std::clamp(static_cast<int>(std::lround(p.y)), 0, features.height - 1);
    *out++ = features.row(y)[x];
  }
  const float margin = static_cast<float>(wide - size) / 2;
  const Affine m = compose({1, 0, margin, 0, 1, margin},
                           compose(c.crop.crop_from_canvas, c.prepared.where.canvas_from_frame()));
  PlanarRgb pixels;
  sample_affine(view_of(onto), m, wide, wide, &pixels);
  std::transform(pixels.values.begin(), pixels.values.end(), truth, [](float v) { return v / 255; });
  for (const float v : {m.a, m.b, m.c, m.d, m.e, m.f}) *wide_from_frame++ = v;
  return 0;
}

}  // extern "C"
