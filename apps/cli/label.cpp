// mien label show|verify
#include "mien/label.h"

#include <cstdio>
#include <memory>

#include "commands.h"
#include "core/try.h"
#include "printable.h"
#include "report.h"
#include "terminal.h"
#ifdef MIEN_WITH_VIDEO
#include "video/clip_file.h"
#include "video/clip_label.h"
#endif

namespace mien::cli {
namespace {

struct LabelOptions {
  std::filesystem::path file;
  bool json = false;
};

nlohmann::json label_json(const LabelRecord& label) {
  nlohmann::json json;
  json["digital_source_type"] = label.digital_source_type;
  if (label.aigc)
    json["aigc"] = {{"json", label.aigc->json},
                    {"well_formed", label.aigc->well_formed()},
                    {"label", label.aigc->label},
                    {"content_producer", label.aigc->content_producer},
                    {"produce_id", label.aigc->produce_id}};
  json["prior"] = {{"digital_source_types", label.prior_digital_source_types},
                   {"aigc", label.prior_aigc},
                   {"c2pa", label.prior_c2pa}};
  json["made_by_mien"] = label.made_by_mien;
  if (label.made_by_mien)
    json["mien"] = {{"version", label.engine_version},
                    {"faces", label.face_count},
                    {"models", label.models},
                    {"visible_mark", label.visible_mark}};
  json["labelled_as_synthetic"] = label.labelled_as_synthetic();
  json["problems"] = label.problems();
  return json;
}

void print_label(const LabelRecord& label) {
  std::printf("labelled as synthetic: %s\n", label.labelled_as_synthetic() ? "yes" : "no");
  std::printf("digital source type:   %s\n",
              label.digital_source_type.empty() ? "none" : printable(label.digital_source_type).c_str());
  std::printf("AIGC label:            %s\n", label.aigc ? printable(label.aigc->json).c_str() : "none");
  if (label.made_by_mien) {
    const std::string faces =
        label.face_count > 0
            ? " " + counted(static_cast<std::size_t>(label.face_count), "face", "faces") + " changed,"
            : "";
    std::printf("made by:               Mien %s,%s visible mark: %s\n",
                printable(label.engine_version).c_str(), faces.c_str(), label.visible_mark ? "yes" : "no");
    for (const std::string& model : label.models)
      std::printf("  network:             %s\n", printable(model).c_str());
  }
  for (const std::string& type : label.prior_digital_source_types)
    std::printf("before that:           %s\n", printable(type).c_str());
  for (const std::string& aigc : label.prior_aigc)
    std::printf("before that:           %s\n", printable(aigc).c_str());
  for (const std::string& problem : label.problems())
    std::printf("missing:               %s\n", printable(problem).c_str());
}

Result<LabelRecord> label_of_file(const std::filesystem::path& file) {
#ifdef MIEN_WITH_VIDEO
  if (is_clip_file(file)) return read_clip_label(file);
#endif
  return read_label(file);
}

Done verify_label_of_file(const std::filesystem::path& file) {
  MIEN_ASSIGN(const LabelRecord record, label_of_file(file));
  return check_label(record, file.string());
}

int show(const LabelOptions& options) {
  const auto label = label_of_file(options.file);
  if (!label.ok()) return report_failure(label.status(), options.json);
  if (options.json) {
    print_json(label_json(*label));
  } else {
    print_label(*label);
  }
  return kDone;
}

int verify(const LabelOptions& options) {
  const Done good = verify_label_of_file(options.file);
  if (!good.ok()) return report_error(good.status());
  std::printf("%s: labelled as synthetic\n", options.file.c_str());
  return kDone;
}

}  // namespace

Command add_label(Arguments& app) {
  auto o = std::make_shared<LabelOptions>();
  Arguments& show_app = app.add_subcommand("show", "Print what a file says about how it was made");
  show_app.add_option("file", o->file, "Picture or clip").required();
  show_app.add_flag("--json", o->json, "Print as JSON");
  Arguments& verify_app =
      app.add_subcommand("verify", "Check that a file is labelled as synthetic (exit code 8 when it is not)");
  verify_app.add_option("file", o->file, "Picture or clip").required();
  app.require_subcommand();
  app.footer("Example: mien label verify result.jpg");
  return [o, &show_app] { return show_app.parsed() ? show(*o) : verify(*o); };
}

}  // namespace mien::cli
