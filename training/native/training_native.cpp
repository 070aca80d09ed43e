// What the training shares with the product, as plain C functions for ctypes. Built by training/mien_train/native.py.
#include <span>

#include "core/raster.h"

extern "C" void mien_rasterise(const float* vertices, int vertex_count, const float* attributes, int attribute_count,
                               const int* triangles, int triangle_count, int width, int height, float* out, float* depth) {
  mien::rasterise({reinterpret_cast<const mien::RasterVertex*>(vertices), static_cast<std::size_t>(vertex_count)},
                  {attributes, static_cast<std::size_t>(vertex_count) * attribute_count}, attribute_count,
                  {reinterpret_cast<const mien::RasterTriangle*>(triangles), static_cast<std::size_t>(triangle_count)},
                  {width, height, out, depth});
}
