// What the training shares with the product, as plain C functions for ctypes. Built by training/mien_train/native.py.
#include <cstring>
#include <memory>
#include <span>
#include <string>

#include "core/raster.h"
#include "pipeline/fuse_face.h"

namespace {

using namespace mien;

struct Context {
  FaceModel model;
  ThreadPool pool{1};
  FuseScratch scratch;
  Trace trace;
  std::string error;
};

Mesh mesh_from(const float* points) {
  Mesh mesh;
  for (int i = 0; i < kMeshPoints; ++i) mesh[i] = {points[3 * i], points[3 * i + 1], points[3 * i + 2]};
  return mesh;
}

ImageView bgr_view(const std::uint8_t* data, int width, int height) { return {data, width, height, width * std::ptrdiff_t{3}, PixelFormat::kBgr8}; }

}  // namespace

extern "C" {

void mien_rasterise(const float* vertices, int vertex_count, const float* attributes, int attribute_count, const int* triangles,
                    int triangle_count, int width, int height, float* out, float* depth) {
  rasterise({reinterpret_cast<const RasterVertex*>(vertices), static_cast<std::size_t>(vertex_count)},
            {attributes, static_cast<std::size_t>(vertex_count) * attribute_count}, attribute_count,
            {reinterpret_cast<const RasterTriangle*>(triangles), static_cast<std::size_t>(triangle_count)}, {width, height, out, depth});
}

// model: the bytes of face_model.bin. -> a context, or null.
void* mien_open(const std::uint8_t* model, long size) {
  auto parsed = FaceModel::parse({model, static_cast<std::size_t>(size)});
  return parsed.ok() ? new Context{std::move(*parsed), ThreadPool(1), {}, {}, {}} : nullptr;
}

void mien_close(void* context) { delete static_cast<Context*>(context); }

const char* mien_error(void* context) { return static_cast<Context*>(context)->error.c_str(); }

// The product's fusion of one face with given meshes (478 x 3, pixels). Pictures are packed BGR; target is changed in place. -> 0 when done
int mien_fuse(void* context, const std::uint8_t* source, int source_width, int source_height, const float* source_mesh, std::uint8_t* target,
              int target_width, int target_height, const float* target_mesh, float strength) {
  Context& c = *static_cast<Context*>(context);
  Source::Content content;
  content.face.mesh = mesh_from(source_mesh);
  content.texture = make_texture(bgr_view(source, source_width, source_height), content.face.mesh, c.model.triangles(), nullptr);
  auto shape = c.model.fit(content.face.mesh);
  if (!shape.ok()) return c.error = shape.status().message(), 1;
  content.shape = std::move(*shape);
  Face face;
  face.mesh = mesh_from(target_mesh);
  const MutableImageView frame{target, target_width, target_height, target_width * std::ptrdiff_t{3}, PixelFormat::kBgr8};
  const Done done = fuse_face(content, face, nullptr, c.model, strength, c.pool, c.scratch, c.trace, frame);
  if (!done.ok()) return c.error = done.status().message(), 1;
  return 0;
}

}  // extern "C"
