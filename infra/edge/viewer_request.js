// Runs in CloudFront for every request of a viewer (runtime cloudfront-js-2.0).
//
// API Gateway's WebSocket endpoint knows no path, and OCPP-J puts the charger's identity there: the last segment of
// /ocpp/<identity> and /maintenance/<identity> becomes the query parameter `cp`, the first one `role`.
// Headers that only we may set are removed from what the viewer sent.

var CONNECTION_ROLES = { ocpp: 'charger', maintenance: 'maintenance' };
var HTTP_ROOTS = { ocpi: true, receipts: true, api: true };

// OCPP 2.0.1 allows 48 characters of an identifierString; 1.6 names no limit. Letters beyond ASCII, spaces and the
// rest of the printable characters are left to the authorizer; what could change the meaning of a key or a log is not.
var IDENTITY_LENGTH_MAX = 48;
var REFUSED_IN_IDENTITY = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\/\\"'<>?#%&]/;

function handler(event) {
    var request = event.request;
    removeReservedHeaders(request.headers);

    var segments = request.uri.split('/');
    var root = segments[1];
    if (Object.prototype.hasOwnProperty.call(HTTP_ROOTS, root)) {
        return request;
    }
    if (Object.prototype.hasOwnProperty.call(CONNECTION_ROLES, root)) {
        return toConnection(request, segments, CONNECTION_ROLES[root]);
    }
    return notFound();
}

function toConnection(request, segments, role) {
    var identity = identityOf(segments);
    if (identity === null) {
        return notFound();
    }
    request.headers['x-ocpp-path'] = { value: request.uri };
    // CloudFront may drop Authorization; a header of our own always arrives.
    if (request.headers.authorization) {
        request.headers['x-ocpp-authorization'] = { value: request.headers.authorization.value };
    }
    request.uri = '/';
    request.querystring = { cp: { value: encodeURIComponent(identity) }, role: { value: role } };
    return request;
}

// The decoded identity, or null where the path holds none that can be used.
function identityOf(segments) {
    var parts = segments.slice(2);
    if (parts.length > 1 && parts[parts.length - 1] === '') {
        parts.pop(); // a trailing slash
    }
    if (parts.length === 0) {
        return null;
    }
    var identity;
    try {
        identity = decodeURIComponent(parts[parts.length - 1]);
    } catch (error) {
        return null; // not UTF-8, or a broken percent sequence
    }
    if (identity === '' || identity === '.' || identity === '..' || identity.length > IDENTITY_LENGTH_MAX) {
        return null;
    }
    return REFUSED_IN_IDENTITY.test(identity) ? null : identity;
}

function removeReservedHeaders(headers) {
    var names = Object.keys(headers);
    for (var i = 0; i < names.length; i++) {
        var name = names[i].toLowerCase();
        if (name.indexOf('x-ocpp-') === 0 || name === 'x-origin-verify' || name.indexOf('cloudfront-viewer-cert-') === 0) {
            delete headers[names[i]];
        }
    }
}

function notFound() {
    return { statusCode: 404, statusDescription: 'Not Found' };
}
