// Made-up faces for tests: a mesh from the shipped face model, and pictures painted by code.
#pragma once

#include <gtest/gtest.h>

#include <Eigen/Geometry>
#include <cmath>
#include <fstream>
#include <memory>
#include <random>

#include "core/raster.h"
#include "face/face_model.h"
#include "fuse/colour.h"
#include "fuse/light_model.h"
#include "fuse/texture.h"
#include "mien/image.h"

namespace mien::testing_faces {

inline std::unique_ptr<FaceModel> load_model() {
  std::ifstream file(std::string(MIEN_SOURCE_DIR) + "/models/face_model.bin", std::ios::binary);
  const std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(file), {}};
  auto parsed = FaceModel::parse(bytes);
  EXPECT_TRUE(parsed.ok());
  return std::make_unique<FaceModel>(std::move(*parsed));
}

// A face of about 15 * px_per_cm pixels width, turned by yaw, centred. seed 0: the mean shape.
inline Mesh make_mesh(const FaceModel& model, float centre_x, float centre_y, float px_per_cm, float yaw_deg,
                      unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, seed ? 0.6f : 0.0f);
  Eigen::VectorXf identity(model.identity_count());
  for (float& c : identity) c = normal(random);
  const auto shape = model.shape(identity, Eigen::VectorXf::Zero(model.expression_count()));
  const Eigen::Matrix3f turn =
      Eigen::AngleAxisf(yaw_deg * 3.14159265f / 180, Eigen::Vector3f::UnitY()).toRotationMatrix();
  Mesh mesh{};
  for (int i = 0; i < kSurfacePoints; ++i) {
    const Eigen::Vector3f p = px_per_cm * turn * shape.col(i);
    mesh[i] = {centre_x + p.x(), centre_y - p.y(), -p.z()};
  }
  const auto iris = [&](int first, std::array<int, 4> lids) {
    Point3f c{};
    for (int lid : lids) c = {c.x + mesh[lid].x / 4, c.y + mesh[lid].y / 4, c.z + mesh[lid].z / 4};
    for (int i = first; i < first + 5; ++i) mesh[i] = c;
  };
  iris(468, {33, 133, 159, 145});
  iris(473, {263, 362, 386, 374});
  return mesh;
}

// Skin-coloured noise with a light gradient.
inline Image make_picture(int width, int height, PixelFormat format, unsigned seed, float brightness) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> noise(-9, 9);
  Image image(width, height, format);
  const int n = channel_count(format), red = red_offset(format);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const float light = brightness * (0.8f + 0.4f * static_cast<float>(x) / static_cast<float>(width));
      const int grain = noise(random);
      const auto value = [&](float v) {
        return static_cast<std::uint8_t>(std::clamp(v * light + static_cast<float>(grain), 0.0f, 255.0f));
      };
      std::uint8_t* p = image.mutable_view().row(y) + x * n;
      if (n == 1) {
        p[0] = value(170);
        continue;
      }
      p[red] = value(205), p[1] = value(160), p[2 - red] = value(135);
      if (n == 4) p[3] = static_cast<std::uint8_t>((x * 7 + y) % 256);
    }
  }
  return image;
}

// A face without eyes, painted on its mesh: grey of linear light 0.3 times what `light` tells per Normal,
// with grain; the colour of light on the viewer's side around it. kRgb8.
template <class Light>
Image make_portrait(const FaceModel& model, const Mesh& mesh, int width, int height, unsigned seed,
                    Light&& light) {
  const auto normals = surface_normals(mesh, model.triangles());
  const std::size_t plane = static_cast<std::size_t>(width) * height;
  std::vector<RasterVertex> vertices;
  std::vector<float> attributes, planes(3 * plane, 0.0f), depth(plane, 1e9f);
  for (int i = 0; i < kSurfacePoints; ++i) {
    vertices.push_back({mesh[i].x, mesh[i].y, mesh[i].z});
    attributes.insert(attributes.end(), {normals[i].x, normals[i].y, normals[i].z});
  }
  rasterise(vertices, attributes, 3, model.triangles(), {width, height, planes.data(), depth.data()});
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> grain(-3, 3);
  Image out(width, height, PixelFormat::kRgb8);
  for (std::size_t i = 0; i < plane; ++i) {
    const float n[3] = {planes[i], planes[plane + i], planes[2 * plane + i]};
    const float length = std::hypot(n[0], n[1], n[2]);
    const Normal normal = length > 0 ? Normal{n[0] / length, n[1] / length, n[2] / length} : Normal{0, 0, 1};
    const float value = srgb_from_linear(0.3f * light(normal)) + static_cast<float>(grain(random));
    const int x = static_cast<int>(i) % width, y = static_cast<int>(i) / width;
    std::fill_n(out.mutable_view().row(y) + 3 * x, 3,
                static_cast<std::uint8_t>(std::clamp(value + 0.5f, 0.0f, 255.0f)));
  }
  return out;
}

// The same in ordinary light: what even_light() leaves as it is.
inline Image make_portrait(const FaceModel& model, const Mesh& mesh, int width, int height, unsigned seed) {
  return make_portrait(model, mesh, width, height, seed,
                       [](const Normal& n) { return ordinary_light().at(n); });
}

}  // namespace mien::testing_faces
