// mien inspect
#include <cstdio>
#include <memory>

#include "commands.h"
#include "core/try.h"
#include "drawing.h"
#include "media/encode.h"
#include "media/file_io.h"
#include "media/label.h"
#include "mien/engine.h"
#include "mien/media.h"
#include "report.h"
#include "shared_options.h"
#include "terminal.h"

namespace mien::cli {
namespace {

struct InspectOptions {
  std::filesystem::path photo, drawn;
  bool json = false, mesh = false, overwrite = false;
};

// A drawing shows the photo as it is, with lines on it: it is not fused and gets no label but the photo's.
Done write_drawing(const std::vector<Face>& faces, const Photo& photo, const InspectOptions& options) {
  const auto format = format_from_extension(options.drawn);  // there is one: check_output() looked
  Image drawing = photo.image.clone();
  draw_faces(faces, drawing.mutable_view());
  MIEN_ASSIGN(const Bytes bytes,
              encode_plain(drawing.view(), metadata_of_drawing(photo.metadata), *format, 92));
  return write_file(options.drawn, bytes, options.overwrite ? IfExists::kReplace : IfExists::kRefuse);
}

void print_faces(const std::vector<Face>& faces, const Photo& photo, const InspectOptions& options) {
  if (options.json) {
    nlohmann::json json;
    json["photo"] = options.photo.string();
    json["size_px"] = {photo.image.width(), photo.image.height()};
    json["faces"] = nlohmann::json::array();
    for (const Face& face : faces) json["faces"].push_back(face_json(face, options.mesh));
    print_json(json);
    return;
  }
  std::printf("%s: %d x %d px, %s\n", options.photo.c_str(), photo.image.width(), photo.image.height(),
              faces_in_words(faces.size()).c_str());
  for (std::size_t i = 0; i < faces.size(); ++i) {
    const Face& f = faces[i];
    std::printf("  %zu: %.0f px wide at %.0f,%.0f  yaw %+.0f pitch %+.0f roll %+.0f degrees  score %.2f\n",
                i + 1, f.box.width(), f.box.centre().x, f.box.centre().y, whole_degrees(f.pose.yaw_deg),
                whole_degrees(f.pose.pitch_deg), whole_degrees(f.pose.roll_deg), f.score);
  }
}

Result<int> inspect(const InspectOptions& options, const Common& common) {
  if (options.mesh && !options.json) {
    return Status(Code::kInvalidArgument,
                  "--mesh was given without --json, expected both: the points are printed as JSON only; add "
                  "--json, or draw them with -o FILE");
  }
  if (!options.drawn.empty()) {
    MIEN_TRY(output_is_none_of({options.photo}, options.drawn));
    MIEN_TRY(check_not_there(options.overwrite, options.drawn));
    MIEN_TRY(check_output(options.drawn, {92, {}, options.overwrite}));
  }
  MIEN_ASSIGN(const Photo photo, read_photo(options.photo));
  if (!photo.remark.empty()) remark(options.photo.string() + ": " + photo.remark);
  MIEN_ASSIGN(const std::filesystem::path models, models_folder(common));
  MIEN_ASSIGN(const Engine engine, Engine::create(common.engine_options(models)));
  MIEN_ASSIGN(const std::vector<Face> faces, engine.open_session().find_faces(photo.image.view()));
  if (!options.drawn.empty()) MIEN_TRY(write_drawing(faces, photo, options));
  print_faces(faces, photo, options);
  if (!faces.empty()) return static_cast<int>(kDone);
  remark(options.photo.string() + ": no face was found; " + kNoFaceAdvice);
  return static_cast<int>(kNoUsableFace);
}

}  // namespace

Command add_inspect(Arguments& app, const Common& common) {
  auto o = std::make_shared<InspectOptions>();
  app.add_option("photo", o->photo, "Photo to look at").required();
  app.add_option("-o,--output", o->drawn, "Write a copy with boxes, points, mesh and numbers drawn on it");
  app.add_flag("--json", o->json, "Print the faces as JSON");
  app.add_flag("--mesh", o->mesh, "With --json, and only there: all 478 points too");
  app.add_flag("--overwrite", o->overwrite, "Replace an existing output");
  app.footer("Example: mien inspect party.jpg -o faces.png");
  return [o, &common] {
    auto code = inspect(*o, common);
    return code.ok() ? *code : report_failure(code.status(), o->json);
  };
}

}  // namespace mien::cli
