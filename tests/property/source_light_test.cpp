// The light of a source photo is not the person's: one photo under eight lamps enrols to nearly one texture.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "core/thread_pool.h"
#include "face/identity.h"
#include "face/topology.h"
#include "fuse/testing_faces.h"
#include "mien/engine.h"
#include "mien/media.h"
#include "pipeline/enrol.h"
#include "relit_photo.h"

namespace mien {
namespace {

const std::string kRoot = MIEN_SOURCE_DIR;
constexpr int kLamps = 8;
constexpr float kWantedLikeness = 0.9f;

// Luma at the middle of every triangle that is seen well.
std::vector<float> values_on_mesh(ImageView picture, const Mesh& mesh,
                                  std::span<const RasterTriangle> triangles) {
  std::vector<float> out;
  const int n = channel_count(picture.format);
  for (const RasterTriangle& t : triangles) {
    const float x = (mesh[t[0]].x + mesh[t[1]].x + mesh[t[2]].x) / 3,
                y = (mesh[t[0]].y + mesh[t[1]].y + mesh[t[2]].y) / 3;
    const int px = std::clamp(static_cast<int>(std::lround(x)), 1, picture.width - 2),
              py = std::clamp(static_cast<int>(std::lround(y)), 1, picture.height - 2);
    float sum = 0;
    for (int v = py - 1; v <= py + 1; ++v) {
      for (int u = px - 1; u <= px + 1; ++u) {
        const std::uint8_t* p = picture.row(v) + n * u;
        sum += 0.299f * p[0] + 0.587f * p[1] + 0.114f * p[2];
      }
    }
    out.push_back(sum / 9);
  }
  return out;
}

struct Copy {
  std::vector<float> photo, texture;  // values_on_mesh()
  Identity photo_identity, texture_identity;
};

// Of the triangles of the canonical face seen from the front: a measure per pixel of skin, not per triangle,
// of which the eyes have most.
std::vector<float> areas_of(const FaceModel& model) {
  std::vector<float> out;
  const Mesh& mesh = model.canonical_mesh();
  for (const RasterTriangle& t : model.triangles()) {
    const Point3f &p = mesh[t[0]], &q = mesh[t[1]], &r = mesh[t[2]];
    out.push_back(0.5f * std::abs((q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x)));
  }
  return out;
}

double mean_apart(const std::vector<Copy>& copies, std::vector<float> Copy::*what,
                  const std::vector<float>& areas) {
  double sum = 0, count = 0;
  for (std::size_t a = 0; a < copies.size(); ++a) {
    for (std::size_t b = a + 1; b < copies.size(); ++b) {
      for (std::size_t i = 0; i < (copies[a].*what).size(); ++i) {
        sum += areas[i] * std::abs((copies[a].*what)[i] - (copies[b].*what)[i]), count += areas[i];
      }
    }
  }
  return sum / count;
}

float least_alike(const std::vector<Copy>& copies, Identity Copy::*what) {
  float least = 1;
  for (const Copy& a : copies) {
    for (const Copy& b : copies) least = std::min(least, similarity(a.*what, b.*what));
  }
  return least;
}

class SourceLight : public ::testing::Test {
 protected:
  void SetUp() override {
    auto engine = Engine::create({kRoot + "/models", 1});
    ASSERT_TRUE(engine.ok()) << engine.status().message();
    engine_ = std::make_unique<Engine>(std::move(*engine));
    auto folder = ModelFolder::open(kRoot + "/models");
    ASSERT_TRUE(folder.ok());
    auto identity = IdentityNet::load(*folder, 1);
    ASSERT_TRUE(identity.ok());
    identity_ = std::make_unique<IdentityNet>(std::move(*identity));
    model_ = testing_faces::load_model();
  }

  Identity identity_of(ImageView picture, const Mesh& mesh) {
    auto found = identity_->run(picture, mesh, identity_scratch_, net_scratch_);
    EXPECT_TRUE(found.ok());
    return *found;
  }

  std::vector<Copy> relit_copies(const std::string& name) {
    std::vector<Copy> out;
    auto photo = read_photo(kRoot + "/examples/" + name);
    EXPECT_TRUE(photo.ok());
    Session session = engine_->open_session();
    const auto faces = session.find_faces(photo->image.view());
    EXPECT_TRUE(faces.ok() && faces->size() == 1);
    for (int i = 0; i < kLamps; ++i) {
      const testing::Lamp lamp{static_cast<float>(360 * i / kLamps)};
      const Image lit =
          testing::relit_photo(photo->image.view(), (*faces)[0].mesh, model_->triangles(), lamp);
      const auto source = session.enrol(lit.view());
      EXPECT_TRUE(source.ok()) << lamp.azimuth_deg << ": " << source.status().message();
      if (!source.ok()) continue;
      const Source::Content& content = source->content();
      const ImageView texture = content.texture.levels[0].view();
      out.push_back({values_on_mesh(lit.view(), content.face.mesh, model_->triangles()),
                     values_on_mesh(texture, content.texture.mesh, model_->triangles()),
                     identity_of(lit.view(), content.face.mesh), identity_of(texture, content.texture.mesh)});
    }
    return out;
  }

  void expect_alike(const char* name, double most_apart, float least_similarity) {
    const std::vector<Copy> copies = relit_copies(name);
    ASSERT_EQ(copies.size(), static_cast<std::size_t>(kLamps)) << name;
    const std::vector<float> areas = areas_of(*model_);
    const double before = mean_apart(copies, &Copy::photo, areas),
                 after = mean_apart(copies, &Copy::texture, areas);
    EXPECT_GT(before, 15) << name;  // grey levels: the lamps do something
    EXPECT_LT(after, most_apart * before) << name << ": " << after << " of " << before;
    const float likeness_before = least_alike(copies, &Copy::photo_identity),
                likeness = least_alike(copies, &Copy::texture_identity);
    std::printf("%s: %.1f -> %.1f grey levels apart (%.2f), least alike %.2f -> %.2f\n", name, before, after,
                after / before, likeness_before, likeness);
    EXPECT_GT(likeness, least_similarity) << name;
    EXPECT_GT(likeness, likeness_before) << name << ": " << likeness << " of " << likeness_before;
  }

  std::unique_ptr<Engine> engine_;
  std::unique_ptr<IdentityNet> identity_;
  std::unique_ptr<FaceModel> model_;
  IdentityScratch identity_scratch_;
  NetScratch net_scratch_;
};

// At most a third of the difference may be left, and all pairs of copies are to be 0.9 alike. Measured: 0.16,
// 0.20, 0.30 of the difference; 0.95, 0.91, 0.97 alike (the copies themselves 0.91, 0.81, 0.90, since the
// recogniser learnt to look through light).
TEST_F(SourceLight, OnePhotoUnderEightLampsEnrolsToNearlyOneTexture) {
  expect_alike("source_1.jpg", 0.22, kWantedLikeness);
  expect_alike("source_2.jpg", 0.25,
               kWantedLikeness - 0.01f);  // 0.9013 here; other processors round otherwise
  expect_alike("target_1.jpg", 1.0 / 3, kWantedLikeness);
}

// Half of the face has no mirror image that is seen as well. Measured: 0.23, 0.96.
TEST_F(SourceLight, OfATurnedFaceTheLightIsTakenOutAsWell) {
  expect_alike("target_3.jpg", 1.0 / 3, kWantedLikeness);
}

}  // namespace
}  // namespace mien
