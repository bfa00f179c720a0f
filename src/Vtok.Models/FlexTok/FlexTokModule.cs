using Vtok.Models.Weights;

namespace Vtok.Models.FlexTok;

/// <summary>A module of a tree.</summary>
/// <param name="Name">Its name, which its parameters carry.</param>
/// <param name="Class">Its class without the package path.</param>
/// <param name="Index">Its place in the order of work.</param>
/// <param name="Settings">Its settings.</param>
internal sealed record FlexTokModule(string Name, string Class, int Index, ModelConfig Settings);
