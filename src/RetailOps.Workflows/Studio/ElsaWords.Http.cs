using System.Net;

namespace RetailOps.Workflows;

/// <content>Activities that speak HTTP.</content>
internal static partial class ElsaWords
{
    private static readonly string[] MediaTypes =
    [
        "", "application/json", "application/soap+xml", "application/x-www-form-urlencoded", "application/xml", "text/html", "text/json", "text/plain", "text/richtext", "text/xml",
    ];

    private static readonly string[] Statuses = [.. Enum.GetValues<HttpStatusCode>().Select(s => s.ToString())];

    private static readonly Dictionary<string, ElsaActivity> Http = new(StringComparer.Ordinal)
    {
        ["Elsa.FlowSendHttpRequest"] = new("HTTP", "HTTP Request (flow)", "Send an HTTP request.")
        {
            Kind = "Task",
            IsResilient = true,
            Inputs =
            [
                new("ExpectedStatusCodes", "List<Int32>", "multitext", "Expected Status Codes", "A list of expected status codes to handle.") { Default = new[] { 200 }, Order = 5.1 },
                new("Url", "System.Uri, System.Private.Uri", "singleline", "Url"),
                new("Method", "String", "dropdown", "Method", "The HTTP method to use when sending the request.") { Default = "GET", Order = 1, Picks = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"] },
                new("Content", "Object", "singleline", "Content", "The content to send with the request. Can be a string, an object, a byte array or a stream.") { Order = 2 },
                new("ContentType", "String", "dropdown", "Content Type", "The content type to use when sending the request.") { Order = 3, Picks = MediaTypes },
                new("Authorization", "String", "singleline", "Authorization", "The Authorization header value to send with the request. For example: Bearer {some-access-token}") { IsSensitive = true, Category = "Security", Order = 4 },
                new("DisableAuthorizationHeaderValidation", "Boolean", "checkbox", "Disable Authorization Header Validation", "A value that allows to add the Authorization header without validation.") { Category = "Security", Order = 5 },
                new("RequestHeaders", "HttpHeaders", "json-editor", "Request Headers", "The headers to send along with the request.") { Category = "Advanced", Order = 6, Language = "json" },
                new("EnableResiliency", "Boolean", "checkbox", "Enable Resiliency", "Obsolete. Use the common Resilience Strategy setting instead."),
            ],
            Outputs =
            [
                new("StatusCode", "Int32", "Status Code", "The HTTP response status code"),
                new("ParsedContent", "Object", "Parsed Content", "The parsed content, if any."),
                new("ResponseHeaders", "HttpHeaders", "Response Headers", "The response headers that were received."),
                new("Result", "HttpResponseMessage", "Result") { IsSerializable = false },
            ],
        },
        ["Elsa.SendHttpRequest"] = new("HTTP", "HTTP Request", "Send an HTTP request.")
        {
            Kind = "Task",
            IsResilient = true,
            Embedded = ["UnmatchedStatusCode", "FailedToConnect", "Timeout"],
            Inputs =
            [
                new("ExpectedStatusCodes", "System.Collections.Generic.ICollection`1[[Elsa.Http.HttpStatusCodeCase, Elsa.Http]], System.Private.CoreLib", "http-status-codes", "Expected Status Codes", "A list of expected status codes to handle and the corresponding activity to execute when the status code matches.") { IsWrapped = false },
                new("Url", "System.Uri, System.Private.Uri", "singleline", "Url"),
                new("Method", "String", "dropdown", "Method", "The HTTP method to use when sending the request.") { Default = "GET", Order = 1, Picks = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"] },
                new("Content", "Object", "singleline", "Content", "The content to send with the request. Can be a string, an object, a byte array or a stream.") { Order = 2 },
                new("ContentType", "String", "dropdown", "Content Type", "The content type to use when sending the request.") { Order = 3, Picks = MediaTypes },
                new("Authorization", "String", "singleline", "Authorization", "The Authorization header value to send with the request. For example: Bearer {some-access-token}") { IsSensitive = true, Category = "Security", Order = 4 },
                new("DisableAuthorizationHeaderValidation", "Boolean", "checkbox", "Disable Authorization Header Validation", "A value that allows to add the Authorization header without validation.") { Category = "Security", Order = 5 },
                new("RequestHeaders", "HttpHeaders", "json-editor", "Request Headers", "The headers to send along with the request.") { Category = "Advanced", Order = 6, Language = "json" },
                new("EnableResiliency", "Boolean", "checkbox", "Enable Resiliency", "Obsolete. Use the common Resilience Strategy setting instead."),
            ],
            Outputs =
            [
                new("StatusCode", "Int32", "Status Code", "The HTTP response status code"),
                new("ParsedContent", "Object", "Parsed Content", "The parsed content, if any."),
                new("ResponseHeaders", "HttpHeaders", "Response Headers", "The response headers that were received."),
                new("Result", "HttpResponseMessage", "Result") { IsSerializable = false },
            ],
        },
        ["Elsa.WriteFileHttpResponse"] = new("HTTP", "HTTP File Response", "Send one ore more files (zipped) to the HTTP response.")
        {
            Inputs =
            [
                new("ContentType", "String", "singleline", "Content Type", "The content type of the file to serve. Leave empty to let the system determine the content type."),
                new("Filename", "String", "singleline", "Filename", "The name of the file to serve. Leave empty to let the system determine the file name."),
                new("EntityTag", "String", "singleline", "Entity Tag", "The Entity Tag of the file to serve. Leave empty to let the system determine the Entity Tag."),
                new("Content", "Object", "singleline", "Content", "The file content to serve. Supports various types, such as byte array, stream, string, Uri, Downloadable and a (mixed) array of the aforementioned types."),
                new("EnableResumableDownloads", "Boolean", "checkbox", "Enable Resumable Downloads", "Whether to enable resumable downloads. When enabled, the client can resume a download if the connection is lost."),
                new("DownloadCorrelationId", "String", "singleline", "Download Correlation Id", "The correlation ID of the download used to resume a download. If left empty, the x-download-id header will be used."),
            ],
        },
        ["Elsa.HttpEndpoint"] = new("HTTP", "HTTP Endpoint", "Wait for an inbound HTTP request that matches the specified path and methods.")
        {
            Kind = "Trigger",
            Inputs =
            [
                new("Path", "String", "singleline", "Path", "The path to associate with the workflow."),
                new("SupportedMethods", "List<String>", "checklist", "Supported Methods", "The HTTP methods to accept.") { Checks = ["GET", "POST", "PUT", "HEAD", "DELETE"] },
                new("Authorize", "Boolean", "checkbox", "Authorize", "Allow authenticated requests only.") { Category = "Security" },
                new("Policy", "String", "singleline", "Policy", "Provide a policy to evaluate. If the policy fails, the request is forbidden.") { Category = "Security" },
                new("RequestTimeout", "TimeSpan", "singleline", "Request Timeout", "The maximum time allowed to process the request.") { Category = "Upload" },
                new("RequestSizeLimit", "Int64", "singleline", "Request Size Limit", "The maximum request size allowed in bytes.") { Category = "Upload" },
                new("FileSizeLimit", "Int64", "singleline", "File Size Limit", "The maximum file size allowed in bytes for an individual file.") { Category = "Upload" },
                new("AllowedFileExtensions", "List<String>", "multitext", "Allowed File Extensions", "Only file extensions in this list are allowed. Leave empty to allow all extensions") { Category = "Upload" },
                new("BlockedFileExtensions", "List<String>", "multitext", "Blocked File Extensions", "File extensions in this list are forbidden. Leave empty to not block any extension.") { Category = "Upload" },
                new("AllowedMimeTypes", "List<String>", "multitext", "Allowed Mime Types", "Only MIME types in this list are allowed. Leave empty to allow all types") { Category = "Upload" },
                new("ExposeRequestTooLargeOutcome", "Boolean", "checkbox", "Expose Request Too Large Outcome", "A value indicating whether to expose the \"Request too large\" outcome.") { IsWrapped = false, Category = "Outcomes" },
                new("ExposeFileTooLargeOutcome", "Boolean", "checkbox", "Expose File Too Large Outcome", "A value indicating whether to expose the \"File too large\" outcome.") { IsWrapped = false, Category = "Outcomes" },
                new("ExposeInvalidFileExtensionOutcome", "Boolean", "checkbox", "Expose Invalid File Extension Outcome", "A value indicating whether to expose the \"Invalid file extension\" outcome.") { IsWrapped = false, Category = "Outcomes" },
                new("ExposeInvalidFileMimeTypeOutcome", "Boolean", "checkbox", "Expose Invalid File Mime Type Outcome", "A value indicating whether to expose the \"Invalid file MIME type\" outcome.") { IsWrapped = false, Category = "Outcomes" },
            ],
            Outputs =
            [
                new("ParsedContent", "Object", "Parsed Content", "The parsed request content, if any."),
                new("Files", "FormFile[]", "Files", "The uploaded files, if any.") { IsSerializable = false },
                new("File", "FormFile", "File", "The first uploaded file, if any.") { IsSerializable = false },
                new("RouteData", "ObjectDictionary", "Route Data", "The parsed route data, if any."),
                new("QueryStringData", "ObjectDictionary", "Query String Data", "The querystring data, if any."),
                new("Headers", "ObjectDictionary", "Headers", "The headers, if any."),
                new("Result", "HttpRequest", "Result") { IsSerializable = false },
            ],
        },
        ["Elsa.DownloadHttpFile"] = new("HTTP", "Download File", "Downloads a file from a given URL.")
        {
            Kind = "Task",
            Inputs =
            [
                new("Url", "System.Uri, System.Private.Uri", "singleline", "URL", "The URL to download the file from."),
                new("Method", "String", "dropdown", "Method", "The HTTP method to use when sending the request.") { Default = "GET", Picks = ["GET", "POST", "PUT"] },
                new("ExpectedStatusCodes", "List<Int32>", "multitext", "Expected Status Codes", "A list of expected status codes to handle.") { Default = new[] { 200 } },
                new("Content", "Object", "singleline", "Request Content", "The content to send with the request. Can be a string, an object, a byte array or a stream."),
                new("RequestContentType", "String", "dropdown", "Content Type", "The content type to use when sending the request.") { Picks = MediaTypes },
                new("Authorization", "String", "singleline", "Authorization", "The Authorization header value to send with the request. For example: Bearer {some-access-token}") { Category = "Security" },
                new("DisableAuthorizationHeaderValidation", "Boolean", "checkbox", "Disable Authorization Header Validation", "A value that allows to add the Authorization header without validation.") { Category = "Security" },
                new("RequestHeaders", "HttpHeaders", "json-editor", "Request Headers", "The headers to send along with the request.") { Category = "Advanced", Language = "json" },
            ],
            Outputs =
            [
                new("Response", "HttpResponseMessage", "Response") { IsSerializable = false },
                new("StatusCode", "Int32", "Status Code", "The HTTP response status code"),
                new("ResponseContentStream", "Stream", "Response Content Stream", "The downloaded content stream, if any.") { IsSerializable = false },
                new("ResponseContentBytes", "ByteArray", "Response Content Bytes", "The downloaded content bytes, if any.") { IsSerializable = false },
                new("ResponseHeaders", "HttpHeaders", "Response Headers", "The response headers that were received."),
                new("ResponseContentHeaders", "HttpHeaders", "Content Headers", "The response content headers that were received."),
                new("Result", "HttpFile", "Result") { IsSerializable = false },
            ],
        },
        ["Elsa.WriteHttpResponse"] = new("HTTP", "HTTP Response", "Write a response to the current HTTP response object.")
        {
            Inputs =
            [
                new("StatusCode", "HttpStatusCode", "dropdown", "Status Code", "The status code to return.") { Default = "OK", Picks = Statuses },
                new("Content", "Object", "singleline", "Content", "The content to write back. String values will be sent as-is, while objects will be serialized to a JSON string. Byte arrays and streams will be sent as files."),
                new("ContentType", "String", "dropdown", "Content Type", "The content type to write when sending the response.") { Picks = MediaTypes },
                new("ResponseHeaders", "HttpHeaders", "json-editor", "Response Headers", "The headers to send along with the response.") { Category = "Advanced", Language = "json" },
            ],
        },
    };
}
