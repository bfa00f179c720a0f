using Vtok.Codec;

namespace Vtok.Cli;

/// <summary>The models of one run, each loaded once.</summary>
internal sealed class ModelSessions(Func<ModelEntry, ModelSession> open) : IDisposable
{
    private readonly Dictionary<string, ModelSession> _sessions = [];

    /// <summary>The session of a model; it begins to load when it is first asked for. Safe from any thread.</summary>
    public ModelSession Of(ModelEntry entry)
    {
        lock (_sessions)
            return _sessions.TryGetValue(entry.Folder, out ModelSession? session) ? session : _sessions[entry.Folder] = open(entry);
    }

    public void Dispose()
    {
        foreach (ModelSession session in _sessions.Values)
            session.Dispose();
    }
}
