namespace Vtok.Models.OneDPiece;

/// <summary>A published model.</summary>
/// <param name="Name">Name for people, such as "titok-l32".</param>
/// <param name="Repository">Where its authors publish it.</param>
/// <param name="Config">Its settings.</param>
public sealed record OneDPiecePreset(string Name, string Repository, OneDPieceConfig Config);
