# The upload half of Circle, which is Rails' own: ActiveStorage, with a controller that answers as Circle does.
# What a service adds to Rails is small: a token is asked for, and the answer carries an attachable_sgid as well.
require "rails"
require "active_record/railtie"
require "active_storage/engine"
require "action_text/engine" # gives a blob its attachable_sgid
require "action_controller/railtie"

ENV["DATABASE_URL"] = "sqlite3:#{ENV.fetch("UPLOADS_FOLDER")}/uploads.db?pool=20&timeout=5000"

class Uploads < Rails::Application
  config.root = ENV.fetch("UPLOADS_FOLDER")
  config.load_defaults 6.1
  config.eager_load = false
  config.consider_all_requests_local = false
  config.secret_key_base = "only for a server that lives as long as the tests"
  config.hosts.clear
  config.logger = ActiveSupport::Logger.new($stdout)
  config.log_level = :warn
  config.active_storage.service = :disk
  config.active_storage.service_configurations = {
    "disk" => { "service" => "Disk", "root" => "#{ENV.fetch("UPLOADS_FOLDER")}/storage" },
    "s3" => {
      "service" => "S3",
      "endpoint" => ENV.fetch("UPLOADS_S3_ENDPOINT"),
      "bucket" => ENV.fetch("UPLOADS_S3_BUCKET"),
      "access_key_id" => ENV.fetch("UPLOADS_S3_ACCESS_KEY"),
      "secret_access_key" => ENV.fetch("UPLOADS_S3_SECRET_KEY"),
      "region" => ENV.fetch("UPLOADS_S3_REGION"),
      "force_path_style" => true,
    },
  }
  # Direct uploads of Rails' own client carry no token of a form here.
  config.action_controller.allow_forgery_protection = false
end

Uploads.routes.append do
  post ":service/api/headless/v1/direct_uploads", to: "direct_uploads#create", constraints: { service: /disk|s3/ }
  get ":service/api/headless/v1/community_member", to: "direct_uploads#member"
  post "resolve", to: "resolve#create"
end

Uploads.initialize!
ActiveRecord::Migration.verbose = false
ActiveRecord::MigrationContext.new(
  "#{Gem.loaded_specs["activestorage"].gem_dir}/db/migrate", ActiveRecord::SchemaMigration
).migrate

# POST :service/api/headless/v1/direct_uploads, as Circle has it.
class DirectUploadsController < ActionController::API
  include ActiveStorage::SetCurrent

  # This SQLite waits for another writer with Ruby's own lock in its hand, so that the other can never end.
  ONE_WRITES = Mutex.new

  def create
    return refuse unless allowed?
    wanted = params.require(:blob).permit(:key, :filename, :byte_size, :checksum, :content_type, metadata: {})
    blob = ONE_WRITES.synchronize do
      ActiveStorage::Blob.create_before_direct_upload!(
        filename: wanted[:filename], byte_size: wanted[:byte_size], checksum: wanted[:checksum],
        content_type: wanted[:content_type], service_name: params[:service],
      )
    end
    render json: blob.as_json(root: false, methods: [:signed_id]).merge(
      direct_upload: { url: blob.service_url_for_direct_upload, headers: blob.service_headers_for_direct_upload },
      url: "#{request.base_url}#{Rails.application.routes.url_helpers.rails_blob_path(blob, only_path: true)}",
    )
  end

  # The call by which an account is tried.
  def member
    return refuse unless allowed?
    render json: { id: 1, name: "Ann Lee", email: "ann@acme.example" }
  end

  private

  def refuse
    render json: { success: false, message: "The access token is invalid.", error_details: nil }, status: 401
  end

  def allowed?
    request.headers["Authorization"] == "Bearer #{ENV.fetch("UPLOADS_TOKEN")}"
  end
end

# POST /resolve: what an attach does with an id. Rails finds the blob, reads it back and holds it against its MD5.
class ResolveController < ActionController::API
  def create
    blob = params[:sgid] ? ActionText::Attachable.from_attachable_sgid(params[:sgid], only: ActiveStorage::Blob) : ActiveStorage::Blob.find_signed!(params[:signed_id])
    blob.open do |file|
      render status: 201, json: {
        filename: blob.filename.to_s, content_type: blob.content_type, byte_size: file.size,
        md5: Digest::MD5.file(file.path).hexdigest, sha256: Digest::SHA256.file(file.path).hexdigest,
      }
    end
  rescue ActiveRecord::RecordNotFound, ActiveSupport::MessageVerifier::InvalidSignature
    render json: { error: "not found" }, status: 404
  rescue ActiveStorage::FileNotFoundError, ActiveStorage::IntegrityError
    render json: { error: "not uploaded" }, status: 422
  end
end

run Uploads
